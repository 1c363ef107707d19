"""Which documents of an archive: by path, URL, problem, language, date or id, then a sample.

``--select`` expressions repeat as *and*; commas in one are *or*: ``lang:zh,lang:en`` chooses both,
``--select lang:zh --select problem:summary-html`` what is both. ``not:`` before a term denies it.
"""

from __future__ import annotations

import fnmatch
import random
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from summarizer.document import canonical_url, main_language, normalized_id
from summarizer.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from summarizer.document import Document

__all__ = ["Selection", "parse_ids", "parse_terms"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
KINDS = ("path", "url", "problem", "lang", "date", "id")


@dataclass(frozen=True, slots=True)
class Selection:
    """Chooses documents of a stream. Order: expressions and ids, then the sample, then the limit.

    Raises (while choosing):
        InputError: an id that no document has, or nothing was chosen.
    """

    expressions: tuple[str, ...] = ()
    ids: frozenset[str] | None = None
    sample: int | None = None
    """Keep this many, drawn at random; memory grows with the sample only."""
    seed: int = 0
    limit: int | None = None

    terms: tuple[tuple[Callable[[Document], bool], ...], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parsed = tuple(parse_terms(text) for text in self.expressions)
        object.__setattr__(self, "terms", parsed)

    def choose(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The chosen documents, in the order of the archive."""
        chosen = self._matching(documents)
        if self.sample is not None:
            chosen = iter(self._draw(chosen))
        count = 0
        for document in chosen:
            if self.limit is not None and count >= self.limit:
                break
            count += 1
            yield document
        if count == 0:
            raise InputError("no document was selected", hint="loosen --select, --ids or --limit")

    def to_json(self) -> dict[str, object]:
        """As ``run.json`` keeps it."""
        return {
            "select": list(self.expressions),
            "ids": None if self.ids is None else len(self.ids),
            "random": self.sample,
            "seed": self.seed,
            "limit": self.limit,
        }

    def _matching(self, documents: Iterable[Document]) -> Iterator[Document]:
        missing = set(self.ids or ())
        for document in documents:
            if self.ids is not None:
                names = {document.id, normalized_id(document.path)} & self.ids
                if not names:
                    continue
                missing -= names
            if all(any(term(document) for term in terms) for terms in self.terms):
                yield document
        if missing:
            first = min(missing)
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            raise InputError(f"no document has this id{more}", where=first)

    def _draw(self, documents: Iterator[Document]) -> list[Document]:
        """A uniform sample in the archive's order, by reservoir (Vitter 1985)."""
        assert self.sample is not None
        generator = random.Random(self.seed)  # noqa: S311 - a reproducible sample, no secret
        kept: list[tuple[int, Document]] = []
        for index, document in enumerate(documents):
            if len(kept) < self.sample:
                kept.append((index, document))
            elif (place := generator.randint(0, index)) < self.sample:
                kept[place] = (index, document)
        return [document for _, document in sorted(kept, key=lambda item: item[0])]


def parse_terms(expression: str) -> tuple[Callable[[Document], bool], ...]:
    """One expression as its alternatives.

    Raises:
        InputError: a term is of no known kind.
    """
    return tuple(_term(part.strip()) for part in expression.split(",") if part.strip())


def _term(text: str) -> Callable[[Document], bool]:
    if text.startswith("not:"):
        inner = _term(text.removeprefix("not:"))
        return lambda document: not inner(document)
    kind, _, value = text.partition(":")
    if kind not in KINDS or not value:
        raise InputError(
            f"{text!r} is no selection",
            where="--select",
            hint=f"write one of {', '.join(kind + ':…' for kind in KINDS)}, with not: to deny it",
        )
    return _MAKERS[kind](value)


def _path_term(value: str) -> Callable[[Document], bool]:
    pattern = normalized_id(value)
    return lambda document: fnmatch.fnmatchcase(normalized_id(document.path), pattern)


def _url_term(value: str) -> Callable[[Document], bool]:
    wanted = canonical_url(value)

    def matches(document: Document) -> bool:
        url = document.url or ""
        return canonical_url(url) == wanted or fnmatch.fnmatchcase(url, value)

    return matches


def _problem_term(value: str) -> Callable[[Document], bool]:
    if value in ("any", "none"):
        return lambda document: bool(document.problems) == (value == "any")
    return lambda document: any(
        fnmatch.fnmatchcase(problem.code, value) for problem in document.problems
    )


def _date_term(value: str) -> Callable[[Document], bool]:
    first, dots, last = value.partition("..")
    low, high = first or "0000", (last or "9999") if dots else first

    def matches(document: Document) -> bool:
        date = document_date(document)
        return date is not None and low <= date and date[: len(high)] <= high

    return matches


_MAKERS: dict[str, Callable[[str], Callable[[Document], bool]]] = {
    "path": _path_term,
    "url": _url_term,
    "problem": _problem_term,
    "lang": lambda value: lambda document: main_language(document.source_text) == value,
    "date": _date_term,
    "id": lambda value: lambda document: document.id == normalized_id(value),
}


def document_date(document: Document) -> str | None:
    """The ISO date that a document was saved on: of its metadata, else of its folder."""
    for name in ("保存时间", "目录日期", "date", "saved", "Date", "Saved"):
        if match := _DATE.search(document.metadata.get(name, "")):
            return match[0]
    match = _DATE.search(document.path)
    return match[0] if match else None


def parse_ids(lines: Iterable[str], *, where: str) -> frozenset[str]:
    """Ids from lines: bare, or JSON objects with ``id`` or ``path``.

    Raises:
        InputError: a JSON line has neither.
    """
    from summarizer.jsonlines import parse_line

    found: set[str] = set()
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        if not text.startswith("{"):
            found.add(normalized_id(text))
            continue
        row = parse_line(text, where=f"{where}:{number}")
        name = row.get("id") or row.get("path")
        if not isinstance(name, str):
            raise InputError("has neither id nor path", where=f"{where}:{number}")
        found.add(normalized_id(name))
    return frozenset(found)
