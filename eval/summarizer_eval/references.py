"""Which stored summaries a summary is held against, and the items that metrics score."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from summarizer_eval.metric import Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from summarizer.document import Document
    from summarizer.run import Run

__all__ = ["ItemSource", "checked_rule", "fingerprint"]


class ItemSource:
    """Makes the items of a run, one a planned generation, in the order of the plan.

    Args:
        run: where documents and generations stand.
        same_url: whether documents of one source give each other references; else each has its
            own stored summary alone. Equal texts count once.
    """

    def __init__(self, run: Run, *, same_url: bool) -> None:
        self._run = run
        self._shared: dict[str, tuple[str, ...]] = {}
        if same_url:
            self._shared = _references_by_source(run)
        prompt = run.info.get("prompt") or {}
        length = prompt.get("length")
        target = length.get("target") if isinstance(length, dict) else length
        unit = length.get("unit") if isinstance(length, dict) else None
        self._unit = unit if unit in ("chars", "words") else None
        form = prompt.get("format")
        self._target = target if isinstance(target, int) and target > 0 else None
        self._format = form if form in ("paragraph", "bullets") else None
        language = prompt.get("language")
        self._language = language if language in ("zh", "en") else None

    def __iter__(self) -> Iterator[tuple[Item, int]]:
        """Items with their sample numbers; a generation that is not there yet has no summary."""
        last, sample = None, 0
        for document, generation in self._run.results():
            sample = sample + 1 if document.id == last else 0
            last = document.id
            item = Item(
                key="" if generation is None else generation.key,
                document=document,
                summary=None if generation is None else generation.summary,
                references=self._references(document),
                target_length=self._target,
                length_unit=self._unit,
                prompt_format=self._format,
                language=self._language,
            )
            yield item, sample

    def _references(self, document: Document) -> tuple[str, ...]:
        if self._shared:
            return self._shared.get(document.key, ())
        return (document.reference,) if document.reference else ()


def _references_by_source(run: Run) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for document in run.documents():
        if document.reference:
            found.setdefault(document.key, {})[document.reference] = None
    return {key: tuple(texts) for key, texts in found.items()}


def fingerprint(item: Item) -> tuple[str, str]:
    """Hashes of what a metric may look at: of the item without its references (16 hex digits), and
    with them (the same digits, a dot, and 8 more). A changed stored summary, source or reply is
    scored again, anything else is not; and other references are nothing to most metrics."""
    document = item.document
    alone = _hash(
        [
            item.summary,
            document.text_sha256,
            document.stored_summary,
            document.title,
            document.url,
            dict(document.metadata),
            item.target_length,
            item.length_unit,
            item.prompt_format,
            item.language,
        ]
    )[:16]
    return alone, f"{alone}.{_hash(list(item.references))[:8]}"


def _hash(content: Sequence[object]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def checked_rule(references: str) -> str:
    """The rule itself.

    Raises:
        InputError: there is no such rule.
    """
    from summarizer.errors import InputError

    if references not in ("stored", "same-url", "same-url-max"):
        raise InputError(
            f"no such rule {references!r}",
            where="--references",
            hint="stored, same-url or same-url-max",
        )
    return references
