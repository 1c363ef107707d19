"""A number of a claim: supported where the source has it, or one that it follows from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer_eval.claims.counted import labels
from summarizer_eval.claims.dates import means_date, year_in_words
from summarizer_eval.claims.derived import derivation
from summarizer_eval.claims.finding import Finding, say
from summarizer_eval.claims.quantities import agree, quantities
from summarizer_eval.claims.units import converted, unit_of

if TYPE_CHECKING:
    from summarizer_eval.claims.finding import Prepared
    from summarizer_eval.claims.quantities import Quantity

__all__ = ["check_number"]

# Sums, differences and counts of listed things up to this are derived too often to be held against.
_SMALL_COUNT = 9
_DAY = re.compile(r"(\d{1,2})月(\d{1,2})[日号]$")
# 百万元级: an order of magnitude.
_ORDER = re.compile("[元人]?级")


def check_number(source: Prepared, item: Quantity, claim: str, language: str) -> Finding:
    """Look for a number of a claim in the source, as it is, converted or derived."""
    said = claim[item.start : item.end].strip()
    found = _supported(source, item, claim, language)
    if found is not None:
        return found
    count = item.kind == "plain" and item.value == int(item.value) and "." not in said
    if item.small or (count and item.value <= _SMALL_COUNT) or _ORDER.match(claim, item.end):
        return Finding("unchecked", "number", "", 0.0, "number")
    rival = _rival(source, item, claim)
    kind = "date" if item.kind == "year" else "number"
    if rival is not None:
        evidence = (source.sentence_at(rival.start, rival.end),)
        other = source.document.text[rival.start : rival.end].strip()
        reason = say(language, "instead", said, other)
        return Finding("contradicted", kind, reason, 0.8, "number-rival", evidence)
    return Finding("unsupported", kind, say(language, "missing", said), 0.7, "number-missing")


def _supported(source: Prepared, item: Quantity, claim: str, language: str) -> Finding | None:
    said = claim[item.start : item.end].strip()
    places = [
        other
        for other in source.numbers
        if agree(item, other) and not _only_numbers_a_list(other, source)
    ]
    if places:
        evidence = tuple(source.sentence_at(other.start, other.end) for other in places[:3])
        reason = say(language, "found", said)
        return Finding("supported", "number", reason, 0.7, "number", evidence)
    if item.kind == "year":
        word = year_in_words(source.document.date, item.value, source.detected.undated)
        if word is not None:
            reason = say(language, "found", word)
            return Finding("supported", "date", reason, 0.6, "number-relative")
    day = _DAY.search(claim, 0, item.end + 1)
    if day is not None and means_date(source.detected, int(day[1]), int(day[2])):
        reason = say(language, "elsewhere", source.document.date)
        return Finding("supported", "date", reason, 0.6, "number-relative")
    other_unit = _converted(source, item, claim)
    if other_unit is not None:
        reason = say(language, "found", other_unit)
        return Finding("supported", "number", reason, 0.6, "number-converted")
    if any(agree(item, other) for other in source.other_numbers):
        return Finding("supported", "number", say(language, "elsewhere", said), 0.6, "number")
    as_written = item.kind in ("plain", "year") and (
        _digits_occur(said, item.value, source.text) or _part_of_a_name(said, source.text)
    )
    if as_written:
        return Finding("supported", "number", say(language, "found", said), 0.5, "number")
    formula = derivation(item, claim, source.document.text, source.numbers)
    if formula is not None:
        reason = say(language, "derived", said, formula)
        return Finding("supported", "number", reason, 0.5, "number-derived")
    return None


def _converted(source: Prepared, item: Quantity, claim: str) -> str | None:
    """The same amount in another unit, as the source has it."""
    unit = unit_of(item, claim)
    if unit is None:
        return None
    there = source.detected
    for other, other_unit in zip(there.numbers, there.units, strict=True):
        if other_unit is not None and converted(item, unit, other, other_unit):
            return there.text[other.start : other.end + 3].strip()
    return None


def _only_numbers_a_list(number: Quantity, source: Prepared) -> bool:
    """12. before an item, where more follow: nothing is counted, as it is by the last number."""
    if not labels(number, source.document.text):
        return False
    return any(
        other.value > number.value and labels(other, source.document.text)
        for other in source.numbers
    )


def _part_of_a_name(said: str, text: str) -> bool:
    """28B, where the source has Boulder-28B."""
    if not said[-1:].isalpha() or not said.isascii():
        return False
    return re.search(rf"(?<![\d.]){re.escape(said)}(?![A-Za-z0-9])", text) is not None


def _digits_occur(said: str, value: float, text: str) -> bool:
    """Whether a number that is written without a scale stands there, perhaps inside a name."""
    digits = re.sub(r"[^\d.]", "", said).strip(".")
    if not re.fullmatch(r"\d+(\.\d+)?", digits) or float(digits) != value:
        return False
    alone = rf"(?<![\d.,]){re.escape(digits)}(?![\d.,]*\d|\s*[%％])"
    return bool(digits) and re.search(alone, text) is not None


def _rival(source: Prepared, item: Quantity, claim: str) -> Quantity | None:
    """A number of the same kind, not in the claim, beside words that the claim has too."""
    around = _terms(claim)
    if len(around) < 4:
        return None
    stated = quantities(claim)
    best: tuple[float, Quantity] | None = None
    for other in source.numbers:
        if other.kind != item.kind or other.small or any(agree(other, own) for own in stated):
            continue
        left, right = max(0, other.start - 30), other.end + 30
        share = len(around & _terms(source.document.text[left:right])) / len(around)
        if share >= 0.4 and (best is None or share > best[0]):
            best = (share, other)
    return None if best is None else best[1]


def _terms(text: str) -> set[str]:
    flat = re.sub(r"[\d\s\W_]+", " ", text.casefold())
    found: set[str] = set()
    for word in flat.split():
        if word.isascii():
            found.add(word)
        else:
            found.update(word[place : place + 2] for place in range(len(word) - 1))
    return found
