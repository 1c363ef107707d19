"""Specific words of Chinese summaries, and what in a source licenses each of them.

``glossary.tsv`` has a line a word: the word, its kind, how specific it is, and the strings of which
one must occur in the source of a summary that uses it: synonyms, translations, abbreviations, and
broader and narrower words from which a writer comes to it; never other things of its kind. The
lines were written by a language model; how specific a word is was then measured on an archive
(``scripts/calibrate_glossary.py``): one that faithful summaries use where nothing licenses it is
general. Of actions, which are said too freely, it holds only the most specific.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from summarizer_eval.claims.lexicon import Cutter, word_costs
from summarizer_eval.claims.names import aliases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer_eval.claims.lexicon import Word

__all__ = ["Entry", "Licences", "chinese_for", "entry", "glossary_words"]

_COST = 11.0
"""Cost of a word that the lexicon lacks; see `lexicon.word_costs`."""
_HALVES = 4
"""Characters from which on a word is licensed by two parts that are."""
_HAN_RUN = re.compile("[\u4e00-\u9fff]+")
_NO_LATIN = re.compile("[^0-9a-z]+")


_KINDS: dict[str, Literal["thing", "act", "name"]] = {"t": "thing", "a": "act", "n": "name"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of the glossary."""

    kind: Literal["thing", "act", "name"]
    """A thing (object, method, role, measure); an action, event, state or attribute; or a name."""
    grade: Literal[1, 2, 3]
    """1 specific: nobody writes it unless the source speaks of it; 2 mostly so; 3 general."""
    latin: tuple[str, ...]
    """Beginnings of words, short ones behind a space; with a space at the end, whole words."""
    other: tuple[str, ...]
    """Chinese words and signs, looked for anywhere."""


@cache
def _lines() -> dict[str, str]:
    """What stands behind each word: read at once, parsed when it is asked for."""
    text = (files("summarizer_eval.claims") / "glossary.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines())


@cache
def entry(word: str) -> Entry | None:
    """What the glossary has of a word."""
    line = _lines().get(word)
    if line is None:
        return None
    kind, grade, licences = line.split("\t")
    items = licences.split("|")
    return Entry(
        _KINDS[kind],
        1 if grade == "1" else 2 if grade == "2" else 3,
        tuple(_sought(item) for item in items if _is_latin(item)),
        tuple(item for item in items if not _is_latin(item)),
    )


def _is_latin(licence: str) -> bool:
    return licence.isascii() and licence[0].isalnum()


_LONG = 7
"""Letters from which on a licence may also stand inside a word: symmetr in asymmetric."""


def _sought(licence: str) -> str:
    return licence if len(licence) >= _LONG else f" {licence}"


@cache
def _in_english() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in _lines():
        known = entry(word)
        if known is None:
            continue
        # Of the licences of a name, the first in Latin letters is the name itself.
        names = known.latin[:1] if known.kind == "name" else ()
        for licence in dict.fromkeys([*names, *(item for item in known.latin if _phrase(item))]):
            found.setdefault(licence.strip(), []).append(word)
    return found


def _phrase(licence: str) -> bool:
    return " " in licence.strip()


def chinese_for(english: str) -> tuple[str, ...]:
    """The words for an English name, or phrase of several words: 菲尔兹奖 for Fields Medal."""
    return tuple(_in_english().get(_NO_LATIN.sub(" ", english.casefold()).strip(), ()))


@cache
def _costs() -> dict[str, float]:
    costs = dict.fromkeys(_lines(), _COST)
    return costs | word_costs()


def glossary_words(text: str) -> Iterator[Word]:
    """The words of a text that the glossary has, in order, where they surely begin and end."""
    entries = _lines()
    for run in _HAN_RUN.finditer(text):
        cut_up = _cut(run[0])
        for index, (start, word) in enumerate(cut_up):
            if word in entries and not _cut_wrongly(run[0], cut_up, index):
                yield run.start() + start, word


@lru_cache(maxsize=20_000)
def _cut(run: str) -> tuple[Word, ...]:
    return _cutter().cut(run)


@cache
def _cutter() -> Cutter:
    return Cutter(_costs())


# Characters that stand alone beside a word without being part of another one.
_ALONE = frozenset(
    "的在和与了对等从由为以及是将被把用于个家名位使让向给跟同称至到也都并或而中上下内外后前时可能会有无不未新多各每该此其某这那"
    "等超近约达仅只就才又再更最很较比按经受应需要想做当像如若因但却且则即便已正曾仍还非种类项款件套组场台部张条份篇本次年月日"
    "天人者性化型式版端级层类界量率度法器机"
)
# 老虎机: what makes another word of the one before it.
_ENDINGS = frozenset("机器学员家师型论仪车船馆园")
_CROSSING = 4
"""Characters of a word that may begin before another and end in it."""


def _cut_wrongly(run: str, cut_up: tuple[Word, ...], index: int) -> bool:
    """Whether a word may be pieces of its neighbours: 和平 in 设计和平台, 最优性 in 最优性能."""
    start, word = cut_up[index]
    end = start + len(word)
    costs = _costs()
    cost = costs[word]
    if len(word) == 2:
        before = cut_up[index - 1][1] if index else ""
        behind = cut_up[index + 1][1] if index + 1 < len(cut_up) else ""
        if len(behind) == 1 and behind in _ENDINGS:
            return True
        lone = [other for other in (before, behind) if len(other) == 1 and other not in _ALONE]
        if lone and word not in word_costs():
            return True
    return any(
        costs.get(run[low:high], cost) < cost
        for edge in (start, end)
        for low in range(max(0, edge - _CROSSING + 1), edge)
        for high in range(edge + 1, min(len(run), low + _CROSSING) + 1)
        if not (low <= start and end <= high) and not (start <= low and high <= end)
    )


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
        if any(self._has(alias.casefold()) for alias in aliases().get(word, ())):
            return True
        return len(word) >= _HALVES and any(
            bool(self.licensed(word[:place]) and self.licensed(word[place:]))
            for place in range(2, len(word) - 1)
        )

    def _has(self, name: str) -> bool:
        """Whether a name stands there, one in Latin letters as whole words."""
        if not name.isascii():
            return name in self._text
        return f" {_NO_LATIN.sub(' ', name).strip()} " in self._latin
