"""Specific words of Chinese summaries, and what in a source licenses each of them.

``glossary.tsv`` has a line a word: the word, its kind, how specific it is, and the strings of which
one must occur in the source of a summary that uses it: synonyms, translations, abbreviations, and
broader and narrower words from which a writer comes to it; never other things of its kind. The
lines were written by a language model; how specific a word is was then measured on an archive
(``scripts/calibrate_glossary.py``): one that faithful summaries use where nothing licenses it is
general.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from summarizer_eval.claims.lexicon import cut, word_costs

if TYPE_CHECKING:
    from summarizer_eval.claims.lexicon import Word

__all__ = ["Entry", "Licences", "chinese_for", "entry", "glossary_words"]

_COST = 11.0
"""Cost of a word that the lexicon lacks; see `lexicon.cut`."""
_LONGEST = 8
_HALVES = 4
"""Characters from which on a word is licensed by two parts that are."""
_HAN_RUN = re.compile("[\u4e00-\u9fff]+")
_NO_LATIN = re.compile("[^0-9a-z]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of the glossary."""

    kind: Literal["thing", "act"]
    """A thing (object, method, role, place, measure), or an action, event, state or attribute."""
    grade: Literal[1, 2, 3]
    """1 specific: nobody writes it unless the source speaks of it; 2 mostly so; 3 general."""
    latin: tuple[str, ...]
    """Beginnings of words, those of a few letters behind a space; a space behind it: a whole word."""
    other: tuple[str, ...]
    """Chinese words and signs, looked for anywhere."""


@cache
def _glossary() -> dict[str, Entry]:
    text = (files("summarizer_eval.claims") / "glossary.tsv").read_text(encoding="utf-8")
    return dict(_parsed(line) for line in text.splitlines())


def _parsed(line: str) -> tuple[str, Entry]:
    word, kind, grade, licences = line.split("\t")
    latin = {item for item in licences.split("|") if item.isascii() and item[0].isalnum()}
    return word, Entry(
        "thing" if kind == "t" else "act",
        1 if grade == "1" else 2 if grade == "2" else 3,
        tuple(_sought(item) for item in licences.split("|") if item in latin),
        tuple(item for item in licences.split("|") if item not in latin),
    )


_LONG = 7
"""Letters from which on a licence may also stand inside a word: symmetr in asymmetric."""


def _sought(licence: str) -> str:
    return licence if len(licence) >= _LONG else f" {licence}"


def entry(word: str) -> Entry | None:
    """What the glossary has of a word."""
    return _glossary().get(word)


@cache
def _phrases() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, known in _glossary().items():
        for licence in known.latin:
            if " " in licence.strip():  # of several words
                found.setdefault(licence.strip(), []).append(word)
    return found


def chinese_for(phrase: str) -> tuple[str, ...]:
    """The words that an English phrase of several words licenses: 菲尔兹奖 for Fields Medal."""
    return tuple(_phrases().get(_NO_LATIN.sub(" ", phrase.casefold()).strip(), ()))


@cache
def _costs() -> dict[str, float]:
    costs = dict.fromkeys(_glossary(), _COST)
    return costs | word_costs()


def glossary_words(text: str) -> tuple[Word, ...]:
    """The words of two characters or more in the Chinese parts of a text, in order.

    As `lexicon.words`, cut with the words of the glossary too.
    """
    return tuple(
        (run.start() + place, word)
        for run in _HAN_RUN.finditer(text)
        for place, word in _cut(run[0])
        if len(word) > 1
    )


@lru_cache(maxsize=20_000)
def _cut(run: str) -> tuple[Word, ...]:
    return cut(run, _costs(), _LONGEST)


class Licences:
    """A text, to be asked whether it licenses a word."""

    def __init__(self, text: str) -> None:
        self._text = text.casefold()
        self._latin = f" {_NO_LATIN.sub(' ', self._text)} "
        self._known: dict[str, bool | None] = {}

    def licensed(self, word: str) -> bool | None:
        """Whether the text has the word or what licenses it; None: the glossary lacks the word."""
        if word not in self._known:
            self._known[word] = self._looked_up(word)
        return self._known[word]

    def _looked_up(self, word: str) -> bool | None:
        if word in self._text:
            return True
        found = entry(word)
        if found is None:
            return None
        if any(licence in self._text for licence in found.other):
            return True
        if any(licence in self._latin for licence in found.latin):
            return True
        return len(word) >= _HALVES and any(
            bool(self.licensed(word[:place]) and self.licensed(word[place:]))
            for place in range(2, len(word) - 1)
        )
