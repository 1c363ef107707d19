"""One archived Markdown file: where its sections are, to the byte, and how to replace one.

The shape is ``# title``, ``**URL**: …``, then second-level headings for source, summary and
metadata. A source or a summary may itself hold lines that look like those headings, so the
sections are chosen backwards from the end: the metadata heading is the last one that only
``- **key**: value`` lines follow, the summary heading the last one before it, the source heading
the first of all. A second summary heading that stands alone between blank lines counts as doubled.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from summarizer.archive.headings import DEFAULT_HEADINGS, HeadingSet

__all__ = [
    "ParsedMarkdown",
    "SectionSpan",
    "decode",
    "encode",
    "ours_of_conflicts",
    "parse_markdown",
    "splice_summary",
]

_BOM = b"\xef\xbb\xbf"
_HEADING = re.compile(rb"^##[ \t]+(.+?)[ \t]*#*[ \t]*\r?$", re.MULTILINE)
_TITLE = re.compile(rb"\A\s*#(?:[ \t]+|(?=[^#\s]))(.*?)[ \t]*\r?$", re.MULTILINE)
_URL = re.compile(
    rb"^\*\*URL\*\*[ \t]*[:\xef][^\S\n]*(.*?)[ \t]*\r?$", re.MULTILINE | re.IGNORECASE
)
_META = re.compile(r"^\s*[-*]\s+\*\*(.+?)\*\*\s*[:：]\s*(.*?)\s*$")
_CONFLICT = re.compile(rb"^(?:<{7}(?: .*)?|\|{7}(?: .*)?|={7}|>{7}(?: .*)?)\r?$", re.MULTILINE)


_FENCE = re.compile(rb"^[ ]{0,3}(?:`{3,}|~{3,})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SectionSpan:
    """A section's heading and body, as byte offsets into the file."""

    heading: int
    """Where the heading's line begins."""
    start: int
    """Where the body begins: after the heading's line end."""
    end: int
    """Where the body ends: at the next section's heading, or the file's end."""


@dataclass(frozen=True, slots=True)
class ParsedMarkdown:
    """What stands where in a file. Offsets are bytes, lines count from 1."""

    data: bytes
    title: str
    url: str | None
    source: SectionSpan | None
    summary: SectionSpan | None
    metadata_span: SectionSpan | None
    metadata: dict[str, str] = field(default_factory=dict)
    headings: HeadingSet = DEFAULT_HEADINGS
    """What the sections were found by."""
    url_at: int | None = None
    """Byte offset of the ``**URL**`` line."""
    summary_headings: tuple[int, ...] = ()
    """Byte offsets of all summary headings; the last one is that of `summary`."""
    conflicts: tuple[int, ...] = ()
    """Byte offsets of the lines that are git conflict markers."""

    @property
    def doubled(self) -> tuple[int, ...]:
        """Summary headings beyond the first: a second section, or the two sides of a conflict."""
        return self.summary_headings[1:]

    def line_of(self, offset: int) -> int:
        """The line, from 1, that a byte offset stands in."""
        return self.data.count(b"\n", 0, offset) + 1

    def lines(self) -> dict[str, int]:
        """The lines of the URL and of the sections' headings, of those that are there."""
        places = {
            "url": self.url_at,
            "source": self.source.heading if self.source else None,
            "summary": self.summary.heading if self.summary else None,
            "metadata": self.metadata_span.heading if self.metadata_span else None,
        }
        return {name: self.line_of(at) for name, at in places.items() if at is not None}

    def text(self, span: SectionSpan) -> str:
        """The body of a section; bytes that are not UTF-8 become lone surrogates."""
        return decode(self.data[span.start : span.end])

    def body(self, span: SectionSpan) -> tuple[int, int]:
        """The body without the white space around it: what a new summary replaces."""
        raw = self.data[span.start : span.end]
        left = len(raw) - len(raw.lstrip())
        if left == len(raw):
            return span.start, span.start
        return span.start + left, span.start + len(raw.rstrip())


def decode(data: bytes) -> str:
    """Bytes as text that can be turned back into the same bytes."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The inverse of `decode`; surrogates that stand for no byte become U+FFFD."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def parse_markdown(data: bytes, headings: HeadingSet = DEFAULT_HEADINGS) -> ParsedMarkdown:
    """Find title, URL, sections, metadata and conflict markers. Never fails."""
    found = _candidates(data, headings)
    conflicts = tuple(match.start() for match in _CONFLICT.finditer(data))
    metadata_at = _metadata_heading(data, found)
    chosen: dict[str, tuple[int, int]] = {}
    if metadata_at is not None:
        chosen["metadata"] = metadata_at
    before = [item for item in found if metadata_at is None or item[0] < metadata_at[0]]
    sources = [item for item in before if item[2] == "source"]
    if sources:
        chosen["source"] = sources[0][:2]
    after = chosen.get("source", (-1, 0))[0]
    summaries = [item for item in before if item[2] == "summary" and item[0] > after]
    if summaries:
        chosen["summary"] = summaries[-1][:2]
    spans = _spans(data, chosen)
    head = data[: min((start for start, _ in chosen.values()), default=len(data))]
    title = _TITLE.search(head.removeprefix(_BOM))
    url = _URL.search(head)
    return ParsedMarkdown(
        data=data,
        title=decode(title[1]).strip() if title else "",
        url=_url_text(url),
        source=spans.get("source"),
        summary=spans.get("summary"),
        metadata_span=spans.get("metadata"),
        metadata=_metadata(data, spans.get("metadata")),
        headings=headings,
        url_at=url.start() if url else None,
        summary_headings=tuple(start for start, _, _ in summaries),
        conflicts=conflicts,
    )


def _candidates(data: bytes, headings: HeadingSet) -> list[tuple[int, int, str]]:
    """Lines that may be section headings: (start, end, section).

    Not one inside a code fence; where a section has headings that stand alone between blank lines,
    its others are text; and of several spellings the first of the set counts.
    """
    fences = [match.start() for match in _FENCE.finditer(data)]
    found: dict[str, list[tuple[int, int, bool, int]]] = {}
    for match in _HEADING.finditer(data):
        name = decode(match[1])
        section = headings.section_of(name)
        if section is None or bisect_left(fences, match.start()) % 2:
            continue
        alone = _stands_alone(data, match.start(), match.end())
        rank = headings.rank(section, name)
        found.setdefault(section, []).append((match.start(), match.end(), alone, rank))
    chosen: list[tuple[int, int, str]] = []
    for section, items in found.items():
        if any(alone for _, _, alone, _ in items):
            items = [item for item in items if item[2]]
        best = min(rank for *_, rank in items)
        chosen.extend((start, end, section) for start, end, _, rank in items if rank == best)
    return sorted(chosen)


def _stands_alone(data: bytes, start: int, end: int) -> bool:
    previous = data[data.rfind(b"\n", 0, max(start - 1, 0)) + 1 : max(start - 1, 0)].strip()
    following_at = end + 1
    following_end = data.find(b"\n", following_at)
    following = data[following_at : following_end if following_end >= 0 else len(data)].strip()
    return (not previous or bool(_CONFLICT.fullmatch(previous))) and not following


def _url_text(match: re.Match[bytes] | None) -> str | None:
    if match is None:
        return None
    return decode(match[1]).lstrip("：").strip() or None


def _metadata_heading(data: bytes, found: list[tuple[int, int, str]]) -> tuple[int, int] | None:
    """The last metadata heading that only ``- **key**: value`` lines and markers follow."""
    for start, end, section in reversed(found):
        if section != "metadata":
            continue
        lines = decode(data[end:]).splitlines()
        solid = [line for line in lines if line.strip() and not _CONFLICT.fullmatch(encode(line))]
        if solid and _META.match(solid[0]):
            return start, end
    return None


def _spans(data: bytes, chosen: dict[str, tuple[int, int]]) -> dict[str, SectionSpan]:
    ordered = sorted((start, end, section) for section, (start, end) in chosen.items())
    spans = {}
    for index, (start, end, section) in enumerate(ordered):
        stop = ordered[index + 1][0] if index + 1 < len(ordered) else len(data)
        body = end + 1 if data[end : end + 1] == b"\n" else end
        spans[section] = SectionSpan(start, min(body, stop), stop)
    return spans


def _metadata(data: bytes, span: SectionSpan | None) -> dict[str, str]:
    if span is None:
        return {}
    values: dict[str, str] = {}
    for line in decode(data[span.start : span.end]).splitlines():
        if match := _META.match(line):
            values.setdefault(match[1].strip().rstrip(":："), match[2])
    return values


def ours_of_conflicts(data: bytes) -> bytes:
    """The file as the first side of every conflict has it; what git would call *ours*."""
    kept: list[bytes] = []
    side = "both"
    for line in data.splitlines(keepends=True):
        bare = line.rstrip(b"\r\n")
        if not _CONFLICT.fullmatch(bare):
            if side in ("both", "ours"):
                kept.append(line)
        elif bare.startswith(b"<"):
            side = "ours"
        elif bare.startswith((b"=", b"|")):
            side = "theirs" if side != "both" else "both"
        else:
            side = "both"
    return b"".join(kept)


def splice_summary(data: bytes, parsed: ParsedMarkdown, summary: str) -> bytes:
    """The file with another summary; every byte outside the old summary's text stays.

    The new text takes the file's line ends. Splicing the stored text back is the identity.

    Args:
        data: the file.
        parsed: what `parse_markdown` found in it.
        summary: the new text; one that holds a section heading or a conflict marker is refused.

    Raises:
        ValueError: the file has no summary section, or its sections would be found elsewhere
            after the change.
    """
    if parsed.summary is None:
        raise ValueError("the document has no summary section")
    start, end = parsed.body(parsed.summary)
    new = summary
    if b"\r\n" in data and decode(data[start:end]) != summary:
        new = summary.replace("\r\n", "\n").replace("\n", "\r\n")
    body = encode(new)
    if start == end:  # an empty section gets a line of its own, after a blank one
        newline = b"\r\n" if b"\r\n" in data else b"\n"
        tail = data[start:]
        before = newline if not data[:start].endswith(newline * 2) else b""
        blank = 2 if tail.strip() else 1  # line ends between the text and what follows
        after = newline * (blank - min(blank, _leading_line_ends(tail)))
        body = before + body + after
    changed = data[:start] + body + data[end:]
    if changed != data and not _same_shape(parsed, changed, encode(new)):
        raise ValueError("the sections of the document would not be found again")
    return changed


def _leading_line_ends(data: bytes) -> int:
    return data[: len(data) - len(data.lstrip(b"\r\n"))].count(b"\n")


def _same_shape(before: ParsedMarkdown, changed: bytes, summary: bytes) -> bool:
    """Whether a changed file has its sections where they were, and the new summary among them."""
    after = parse_markdown(changed, before.headings)
    if after.summary is None or before.summary is None:
        return False
    start, end = after.body(after.summary)
    grown = len(changed) - len(before.data)
    pairs = (
        (before.source, after.source),
        (before.summary, after.summary),
        (before.metadata_span, after.metadata_span),
    )
    headings = [
        None if span is None else span.heading + grown * (span.heading > before.summary.heading)
        for span, _ in pairs
    ]
    return (
        headings == [None if span is None else span.heading for _, span in pairs]
        and changed[start:end] == summary.strip()
        and len(after.doubled) <= len(before.doubled)
        and len(after.conflicts) <= len(before.conflicts)
    )
