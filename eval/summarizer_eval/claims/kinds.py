"""A thing of a closed kind (a measure, a field, a role) where the source has another of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from summarizer_eval.claims.data import data_file
from summarizer_eval.claims.lexicon import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from summarizer_eval.claims.source import Hit, Source

__all__ = ["facts", "kinds", "split_alternatives"]


@dataclass(frozen=True, slots=True)
class _Member:
    said: re.Pattern[str]
    """In a Chinese summary."""
    there: re.Pattern[str]
    """In a source of either language: whatever might stand for it."""
    named: re.Pattern[str]
    """In a source of either language: what surely names it."""


_ALTERNATIVE = re.compile(r"(?:\([^()]*\)|\[[^\]]*\]|[^|(\[])+")


def split_alternatives(pattern: str) -> list[str]:
    """The alternatives of a regular expression, those inside its groups left together."""
    return [match[0] for match in _ALTERNATIVE.finditer(pattern)]


def _latin(patterns: str) -> list[str]:
    """The alternatives that are not Chinese, each from the beginning of a word."""
    return [rf"\b(?:{part})" for part in split_alternatives(patterns) if part.isascii()]


def _chinese(patterns: str) -> list[str]:
    return [part for part in split_alternatives(patterns) if not part.isascii()]


@cache
def _groups() -> tuple[tuple[_Member, ...], ...]:
    return tuple(
        tuple(
            _Member(
                re.compile(said),
                re.compile("|".join([said, *_latin(there), *_chinese(there)]), re.IGNORECASE),
                re.compile("|".join([said, *_latin(there)]), re.IGNORECASE),
            )
            for said, there in members
        )
        for members in data_file("groups")["groups"].values()
    )


def kinds(source: Source, claim: str) -> Iterator[Hit]:
    """召回率 where the source knows no recall, and speaks of accuracy in that place."""
    inside: set[int] | None = None
    for any_of, members in zip(_any_of_groups(), _groups(), strict=True):
        for member in members if any_of.search(claim) else ():
            match = member.said.search(claim)
            if match is None or member.there.search(source.text):
                continue
            if inside is None:
                inside = {
                    place
                    for start, word in words(claim)
                    for place in range(start + 1, start + len(word))
                }
            if match.start() in inside:  # 化学 in 强化学习
                continue
            spoken_of = source.spoken_of(claim, 2)
            for other in members:
                found = other.named.search(spoken_of)
                if found is not None and not other.said.search(claim):
                    yield "entity", match[0], found[0]
                    break


@cache
def _facts() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple(
        (re.compile(said), re.compile(f"{said}|{there}", re.IGNORECASE))
        for said, there in data_file("facts")["facts"]
    )


@cache
def _any_of_groups() -> tuple[re.Pattern[str], ...]:
    """Whatever each group looks for in a claim: most claims hold none of it.

    One pattern of all groups takes twice as long: too many characters can begin it.
    """
    return tuple(_any_of(member.said.pattern for member in group) for group in _groups())


@cache
def _any_fact() -> re.Pattern[str]:
    return _any_of(said.pattern for said, _ in _facts())


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def facts(source: Source, claim: str) -> Iterator[Hit]:
    """免费 or 获批 where the source has nothing from which it could be known."""
    if not _any_fact().search(claim):
        return
    for said, there in _facts():
        match = said.search(claim)
        if match is not None and not there.search(source.text):
            yield "relation", match[0], ""
