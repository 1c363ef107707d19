"""Which headings name the sections of an archived Markdown document."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

__all__ = ["DEFAULT_HEADINGS", "HeadingSet", "Section"]

Section = str
"""``source``, ``summary`` or ``metadata``."""


@dataclass(frozen=True, slots=True)
class HeadingSet:
    """Headings (without ``##``), compared without case and spaces, for each section."""

    source: tuple[str, ...]
    summary: tuple[str, ...]
    metadata: tuple[str, ...]

    def section_of(self, heading: str) -> Section | None:
        """The section that a heading names, or None."""
        wanted = _fold(heading)
        for section in ("source", "summary", "metadata"):
            if wanted in {_fold(name) for name in getattr(self, section)}:
                return section
        return None

    def rank(self, section: Section, heading: str) -> int:
        """How far down its section's list a heading stands, from 0."""
        names: tuple[str, ...] = getattr(self, section)
        return [_fold(name) for name in names].index(_fold(heading))

    def extended(
        self, *, source: str | None = None, summary: str | None = None, metadata: str | None = None
    ) -> HeadingSet:
        """These headings with the user's own before them."""
        return HeadingSet(
            ((source,) if source else ()) + self.source,
            ((summary,) if summary else ()) + self.summary,
            ((metadata,) if metadata else ()) + self.metadata,
        )


@lru_cache(maxsize=512)
def _fold(heading: str) -> str:
    return "".join(heading.split()).casefold()


DEFAULT_HEADINGS = HeadingSet(
    source=("原始摘要", "原文", "正文", "原始内容", "Source", "Original", "Content", "Abstract"),
    summary=("AI 摘要", "AI 总结", "摘要", "总结", "AI Summary", "Summary"),
    metadata=("元数据", "Metadata", "Meta"),
)
