"""Numbers that follow from two of the source: a difference, a sum, a ratio, a change in percent.

Only numbers of one sentence (of the source, or of the claim itself) are put together, and never to
make a year: of all pairs of a text some would give any number.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

from summarizer.sentences import sentence_spans
from summarizer_eval.claims.quantities import Quantity, quantities

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
    groups = [[other for other in quantities(claim) if other != wanted]]
    for start, end in sentence_spans(text):
        groups.append([other for other in numbers if start <= other.start < end])
    for group in groups:
        if len(group) > _MOST_NUMBERS:
            continue
        for first, second in combinations(group, 2):
            for value, formula in _combined(first, second, wanted.kind):
                if abs(value - wanted.value) <= 0.5 * wanted.step:
                    return formula
    return None


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
