"""Detectors of what is said the other way round: opposites, directions, scores, counted nouns."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from summarizer_eval.claims.data import data_file
from summarizer_eval.claims.kinds import split_alternatives
from summarizer_eval.claims.quantities import Quantity, agree, chinese_value, quantities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer_eval.claims.source import Hit, Source

__all__ = ["antonyms", "counted_nouns", "directions", "opposites", "scores"]


@cache
def _opposites() -> tuple[tuple[re.Pattern[str], ...], ...]:
    return tuple(
        tuple(
            re.compile("|".join(rule[part]), 0 if part == "claim" else re.IGNORECASE)
            for part in ("claim", "source", "instead")
        )
        for rule in data_file("opposites")["rules"]
    )


@cache
def _any_of(name: str) -> re.Pattern[str]:
    """Whatever some rule looks for in a claim: most claims hold none of it."""
    rules = _opposites() if name == "opposites" else _antonyms()
    return re.compile("|".join(f"(?:{rule[0].pattern})" for rule in rules))


def opposites(source: Source, claim: str) -> Iterator[Hit]:
    """落后于 where the sentences spoken of say superior and nothing like worse."""
    if not _any_of("opposites").search(claim):
        return
    region: str | None = None
    for said, same, other in _opposites():
        match = said.search(claim)
        if match is None:
            continue
        if region is None:
            region = "\n".join(sentence.text for _, sentence in source.aligned.align(claim))
        if same.search(region):
            continue
        there = other.search(region)
        if there is not None:
            yield "relation", match[0], there[0]


def _ascii_begins_words(pattern: str) -> str:
    return "|".join(
        part if part.startswith("\\") else rf"\b{part}" for part in split_alternatives(pattern)
    )


@cache
def _antonyms() -> tuple[tuple[re.Pattern[str], ...], ...]:
    return tuple(
        (
            re.compile(one),
            re.compile(f"{one}|{_ascii_begins_words(one_english)}", re.IGNORECASE),
            re.compile(other),
            re.compile(f"{other}|{_ascii_begins_words(other_english)}", re.IGNORECASE),
        )
        for (one, one_english), (other, other_english) in data_file("antonyms")["pairs"]
    )


def antonyms(source: Source, claim: str) -> Iterator[Hit]:
    """下调 where the sentences spoken of say upregulation, and nothing of down."""
    if not _any_of("antonyms").search(claim):
        return
    for said, same, other_said, other in _antonyms():
        match = said.search(claim)
        if match is None or other_said.search(claim) or _DENIED.search(claim[: match.start()]):
            continue
        aligned = source.aligned.align(claim, 2)
        if not aligned:
            return
        spoken_of = "\n".join(sentence.text for _, sentence in aligned)
        there = other.search(aligned[0][1].text)
        if there is not None and not same.search(spoken_of):
            yield "relation", match[0], there[0]


_DENIED = re.compile(r"[不未没无非免][^，,。；;]{0,3}$")


_EN_NUMBER = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "single": 1, "a": 1, "an": 1,
}  # fmt: skip
# No character is both of a word and between two, so that nothing is tried twice.
_GAP = r"(?:[-\s]{1,3}[A-Za-z][\w'’/]{0,30},?){0,4}?[-\s]{1,3}"


@cache
def _noun_count() -> re.Pattern[str]:
    nouns = sorted(data_file("nouns")["nouns"], key=len, reverse=True)
    return re.compile(
        r"(?<![第进/\d.一二三四五六七八九十百千万])(\d[\d,]{0,20}|[一两二三四五六七八九十])多?\s*[个种项类条大段名位篇张款家套]?"
        r"(?:主要|不同的?|关键|核心|独立|公开|真实|标准)?\s*(" + "|".join(nouns) + ")"
    )


@cache
def _counted_in_english(noun: str) -> re.Pattern[str]:
    forms = data_file("nouns")["nouns"][noun]
    numbers = "|".join(_EN_NUMBER)
    return re.compile(rf"(?<![\w.])({numbers}|\d[\d,]{0, 20})\b{_GAP}(?:{forms})\b", re.IGNORECASE)


def counted_nouns(source: Source, claim: str) -> Iterator[Hit]:
    """两个数量级 where the source has one order of magnitude (English sources)."""
    if source.chinese:
        return
    for match in _noun_count().finditer(claim):
        value, exact = chinese_value(match[1].replace(",", "")), match[2] == "数量级"
        if value is None or (not exact and any(n.value == value for n in source.numbers)):
            continue
        counted = [
            (there, found[0])
            for found in _counted_in_english(match[2]).finditer(source.text)
            if (there := _english_value(found[1])) is not None
        ]
        rivals = [said for there, said in counted if exact or there != 1]
        if rivals and all(there != value for there, _ in counted):
            yield "number", match[0], rivals[0]


def _english_value(text: str) -> int | None:
    digits = text.replace(",", "")
    return int(digits) if digits.isdigit() else _EN_NUMBER.get(text.lower())


_UP = re.compile(
    r"[涨升增]|increas|\bris(?:e|es|en|ing)\b|\brose\b|\bgain|\bgrow|\bgrew\b|higher|"
    r"\bup\b(?! to)|surg|climb",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"[跌降减缩省]|decreas|reduc|\bdrop|\bfell\b|\bfall|declin|lower|\bdown\b|\bcut|shr[iau]nk|less|sav",
    re.IGNORECASE,
)
# The word beside the number in the claim must be about the number: 提升12%, 跌幅达3.4%.
# 提升 is left out: to raise safety by 10% may be to lower the risk by 10%.
_SO_MUCH = r"(?:幅|幅度)?[了超近约达至逾为]{0,2}$"
_CLAIM_UP = re.compile(r"(?:涨|上升|增长|增加|攀升)" + _SO_MUCH)
_CLAIM_DOWN = re.compile(r"(?:跌|下降|降低|减少|下滑|缩减)" + _SO_MUCH)
_NEAR = 40
"""Characters before a number of an English source in which its verb stands."""


def directions(source: Source, claim: str) -> Iterator[Hit]:
    """跌1.24% where the source has 涨1.24%, and has it nowhere falling."""
    for number in quantities(claim):
        before = claim[max(0, number.start - 8) : number.start]
        if _CLAIM_UP.search(before):
            ours, theirs = _UP, _DOWN
        elif _CLAIM_DOWN.search(before):
            ours, theirs = _DOWN, _UP
        else:
            continue
        contexts = [
            (other, _context(source, other)) for other in source.numbers if agree(number, other)
        ]
        if not contexts or any(ours.search(text) for _, text in contexts):
            continue
        if all(theirs.search(text) for _, text in contexts):
            other = contexts[0][0]
            there = source.text[max(0, other.start - 12) : other.end].rsplit("\n", 1)[-1]
            yield "relation", claim[max(0, number.start - 4) : number.end], there.strip()


def _context(source: Source, number: Quantity) -> str:
    """What is said of a number: the words before it in its clause, and a little after it."""
    reach = 8 if source.chinese else _NEAR
    before = source.text[max(0, number.start - reach) : number.start]
    if not source.chinese:
        before = before.replace("\n", " ")  # a wrapped line ends nothing
    return re.split(r"[。；;\n]", before)[-1] + source.text[number.end : number.end + 12]


_SCORE = re.compile(
    r"(?<![\d.:：/-])(\d{1,3})\s*(?:[:：比]|[-–](?=\d{1,3}(?!\d)))\s*(\d{1,3})"
    r"(?![\d.:：%]|[-–]\d)"
)
_CONTEST = re.compile(r"[胜负败平]|比分|力克|击退|领先|落后|逆转|\bwin|\bwon\b|beat|lost|score")


def scores(source: Source, claim: str) -> Iterator[Hit]:
    """2-0 of a match that the source gives as 3-0."""
    if not _CONTEST.search(claim):
        return
    there = [(int(match[1]), int(match[2]), match[0]) for match in _SCORE.finditer(source.text)]
    known = {frozenset(pair[:2]) for pair in there}
    for match in _SCORE.finditer(claim):
        pair = frozenset((int(match[1]), int(match[2])))
        if there and pair not in known:
            yield "number", match[0], there[0][2]
