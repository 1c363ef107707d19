"""Words of Chinese text and what they are called in English: CC-CEDICT's common words, and terms.

Made by ``scripts/build_lexicon.py``; its licence (CC BY-SA 4.0) stands beside the file. Text is cut
into the most probable words (a unigram model, as jieba's without its hidden Markov part).
"""

from __future__ import annotations

import gzip
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from summarizer_eval.claims.data import data_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "Cutter", "Word", "chinese", "english", "is_name", "pieces", "stem", "tokens", "word_costs",
    "words",
]  # fmt: skip

Word = tuple[int, str]
"""Where a word of two characters or more begins, and the word."""

_UNKNOWN_COST = 17.0
"""Cost (negative natural logarithm of the probability) of a character that is no known word."""
_TERM_COST = 10.0
_HAN_RUN = re.compile("[\u4e00-\u9fff]+")
# Longest first; what is left must have three letters. Cruder than Porter: it must also fold
# generate, generative and generation, which a translation exchanges freely.
_SUFFIXES = (
    "ization", "isation", "ation", "ingly", "ment", "ing", "ity", "edly", "ie", "ied", "ness",
    "ally", "ance", "ence", "able", "ible", "ive", "ion", "ed", "er", "or", "ly", "al", "ic", "e",
    "y",
)  # fmt: skip


@cache
def _entries() -> dict[str, tuple[float, bool, str]]:
    raw = gzip.decompress((files("summarizer_eval.claims") / "lexicon.tsv.gz").read_bytes())
    entries: dict[str, tuple[float, bool, str]] = {}
    for line in raw.decode().splitlines():
        word, weight, name, translations = line.split("\t")
        entries[word] = (float(weight), name == "n", translations)
    for word, translations in data_file("terms")["terms"].items():
        cost, is_a_name, known = entries.get(word, (_TERM_COST, False, ""))
        entries[word] = (
            min(cost, _TERM_COST),
            is_a_name,
            f"{translations}|{known}" if known else translations,
        )
    return entries


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """An English word without its ending, lower-cased."""
    word = word.lower()
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


@lru_cache(maxsize=50_000)
def english(word: str) -> tuple[tuple[str, ...], ...]:
    """The English terms for a Chinese word, each as stems; none where it is not known."""
    entry = _entries().get(word)
    if entry is None:
        return ()
    found = (
        tuple(stem(part) for part in re.findall(r"[A-Za-z]+", term)) for term in entry[2].split("|")
    )
    return tuple(dict.fromkeys(term for term in found if term))


@cache
def _reversed() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, (_, is_a_name, translations) in _entries().items():
        for term in translations.lower().split("|"):
            if term.isalpha():
                found.setdefault(term, []).append(word)
            elif is_a_name:
                for part in term.split():
                    if len(part) > _SHORT_PART:
                        found.setdefault(part, []).append(word)
    return found


_SHORT_PART = 4
"""Letters of a part of a name, such as Group, that stands for the whole only where it is longer."""


@lru_cache(maxsize=20_000)
def chinese(word: str) -> tuple[str, ...]:
    """The Chinese words that an English word, or its singular, translates; none if unknown."""
    word = word.lower()
    known = _reversed()
    forms = [word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ing")]
    return tuple(dict.fromkeys(found for form in forms for found in known.get(form, ())))


def is_name(word: str) -> bool:
    """Whether the dictionary writes the word's pinyin with a capital: a place, a person, a firm."""
    entry = _entries().get(word)
    return entry is not None and entry[1]


def words(text: str) -> tuple[Word, ...]:
    """The words of two characters or more in the Chinese parts of a text, in order."""
    return _remembered(text) if len(text) < _SHORT else _words(text)


_SHORT = 1000
"""Characters of a text that is worth remembering: many detectors ask for the words of a claim."""


@lru_cache(maxsize=2048)
def _remembered(text: str) -> tuple[Word, ...]:
    return _words(text)


def _words(text: str) -> tuple[Word, ...]:
    return tuple(
        (run.start() + place, word)
        for run in _HAN_RUN.finditer(text)
        for place, word in _cut(run[0])
        if len(word) > 1
    )


def pieces(text: str) -> Iterator[Word]:
    """The words of the Chinese parts of a text, single characters too, with their places."""
    for run in _HAN_RUN.finditer(text):
        for place, word in _cut(run[0]):
            yield run.start() + place, word


def tokens(text: str) -> Iterator[tuple[str, str, str]]:
    """Each word of two characters or more, with its neighbours in the same run ("" at an end)."""
    for run in _HAN_RUN.finditer(text):
        cut = ["", *(word for _, word in _cut(run[0])), ""]
        for place in range(1, len(cut) - 1):
            if len(cut[place]) > 1:
                yield cut[place - 1], cut[place], cut[place + 1]


@lru_cache(maxsize=20_000)
def _cut(run: str) -> tuple[Word, ...]:
    return _cutter().cut(run)


@cache
def _cutter() -> Cutter:
    return Cutter(word_costs())


@cache
def word_costs() -> dict[str, float]:
    """The cost of each word: the negative natural logarithm of its probability."""
    return {word: entry[0] for word, entry in _entries().items()}


class Cutter:
    """Cuts a run of Han characters into the words that cost least together.

    Args:
        costs: of each word; see `word_costs`.
    """

    def __init__(self, costs: Mapping[str, float]) -> None:
        self._costs = costs
        # Most pairs of neighbours begin no word: that is known before longer ones are tried.
        self._begins = {word[:end] for word in costs for end in range(2, len(word))}

    def cut(self, run: str) -> tuple[Word, ...]:
        """The words, and single characters that belong to none, with their places."""
        known, begins, length = self._costs, self._begins, len(run)
        costs, ends = [0.0] * (length + 1), [0] * (length + 1)
        for start in range(length - 1, -1, -1):
            best, end = _UNKNOWN_COST + costs[start + 1], start + 1
            for stop in range(start + 2, length + 1):
                piece = run[start:stop]
                cost = known.get(piece)
                if cost is not None and cost + costs[stop] < best:
                    best, end = cost + costs[stop], stop
                if piece not in begins:
                    break
            costs[start], ends[start] = best, end
        found, start = [], 0
        while start < length:
            found.append((start, run[start : ends[start]]))
            start = ends[start]
        return tuple(found)
