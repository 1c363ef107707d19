"""Numbers that follow from two of the source: a difference, a sum, a ratio, a change in percent.

Only numbers of one sentence (of the source, or of the claim itself) are put together, and never to
make a year: of all pairs of a text some would give any number.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

from summarizer.sentences import sentence_spans
from summarizer_eval.claims.lexicon import stem
from summarizer_eval.claims.quantities import Quantity, quantities
from summarizer_eval.claims.units import unit_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["derivation"]

_PUTS_TOGETHER = re.compile(
    r"[快慢多少差共总增减降省高低涨跌超缩]|提升|合计|相当|faster|slower|more|less|fewer|total|sum|"
    r"differ|increas|decreas|reduc|gain|drop|rose|fell|saves?|lower|higher",
    re.IGNORECASE,
)
"""What a claim says that gives a sum, a difference or a change."""
_MOST_NUMBERS = 8
"""Of a sentence; in a table of numbers any other can be found."""


def derivation(wanted: Quantity, claim: str, text: str, numbers: Sequence[Quantity]) -> str | None:
    """How a number follows from two others, as a formula; None where it does not."""
    if wanted.kind == "year" or not _PUTS_TOGETHER.search(claim):
        return None
    groups = [(claim, [other for other in quantities(claim) if other != wanted])]
    for start, end in sentence_spans(text):
        groups.append((text, [other for other in numbers if start <= other.start < end]))
    for whole, group in groups:
        if len(group) > _MOST_NUMBERS:
            continue
        for first, second in combinations(group, 2):
            # 129 surveys and 173 interviews are 302 answers; 5 times and 8 steps give no percentage
            if wanted.kind in ("percent", "times") and _unlike(
                _thing(first, whole), _thing(second, whole)
            ):
                continue
            for value, formula in _combined(first, second, wanted.kind):
                if abs(value - wanted.value) <= 0.5 * wanted.step:
                    return formula
    return None


_COUNTED = re.compile(r"[-\s]?([A-Za-z]{3,}|[\u4e00-\u9fff])")
_COUNTS_NOTHING = re.compile(
    r"and|for|from|compared|versus|while|but|with|[到至和与或的了比较升降增减涨跌提缩]"
)


def _thing(number: Quantity, text: str) -> str | None:
    """What a number of a text counts or measures: its unit, or the word behind it; None: unsaid."""
    unit = unit_of(number, text)
    if unit is not None:
        return unit.family
    word = _COUNTED.match(text, number.end)
    if word is None or _COUNTS_NOTHING.match(word[1]):
        return None
    return stem(word[1])


def _unlike(first: str | None, second: str | None) -> bool:
    """Times and steps, of which no ratio says anything."""
    return first is not None and second is not None and first != second


def _combined(first: Quantity, second: Quantity, kind: str) -> Iterator[tuple[float, str]]:
    low, high = sorted((first.value, second.value))
    if low <= 0 or low == high or "year" in (first.kind, second.kind):
        return
    alike = first.kind == second.kind
    if kind == "percent" and alike and first.kind != "percent":
        yield 100 * (high - low) / low, f"({high:g} - {low:g}) / {low:g}"
        yield 100 * (high - low) / high, f"({high:g} - {low:g}) / {high:g}"
    elif kind == "times" and alike:
        yield high / low, f"{high:g} / {low:g}"
    elif alike and kind == first.kind and not (first.small or second.small):
        yield high - low, f"{high:g} - {low:g}"
        yield high + low, f"{high:g} + {low:g}"
