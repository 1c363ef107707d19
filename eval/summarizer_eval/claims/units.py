"""What a number counts: its unit, in one of a few families that never mean each other.

``8分钟`` is no ``8 steps`` and ``2天`` no ``2 hours``, though the numbers are the same. A unit of
time is turned into its base, so that ``24小时`` is a day and ``12个月`` a year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from summarizer_eval.claims.quantities import Quantity

__all__ = ["Unit", "classifier_after", "unit_of"]

_AFTER = re.compile(
    r"\s*[-–~～到至]?\s*(?:多|余|来|几)?\s*(?:"
    r"(?P<second>秒钟?|secs?\b|seconds?\b|s(?![A-Za-z]))|(?P<minute>分钟|mins?\b|minutes?\b)"
    r"|(?P<hour>个?小时|个钟头?|hours?\b|hrs?\b|h(?![A-Za-z]))|(?P<day>天|日(?!本|语|文|[前后])|days?\b)"
    r"|(?P<week>个?星期|周(?!年)|weeks?\b)|(?P<month>个月|months?\b)"
    r"|(?P<year>年(?![级代度])|周年|岁|years?\b|yrs?\b)"
    r"|(?P<percent>%|％|percent\b|个百分点|percentage points?)"
    r"|(?P<times>倍|[xX×](?![A-Za-z0-9])|times\b|fold\b)"
    r"|(?P<money>(?:美|欧|日|港)?元|块钱?|英镑|人民币|美金|dollars?\b|euros?\b|yuan\b|USD\b|RMB\b)"
    r"|(?P<byte>[KMGT]i?B(?![a-z]))|(?P<power>[kKMG]?W(?![a-z])|瓦|千瓦)"
    r"|(?P<length>公里|千米|厘米|毫米|米(?!兰|哈)|英寸|km\b|cm\b|mm\b|meters?\b|metres?\b|inch(?:es)?\b)"
    r"|(?P<weight>公斤|千克|克(?!隆|服)|吨|kg\b|tons?\b|grams?\b)"
    r")",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?P<money>[$¥€£￥])\s*$")
_SECONDS = {
    "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 7 * 86400.0,
    "month": 30.4 * 86400.0, "year": 365.0 * 86400.0,
}  # fmt: skip
# Classifiers that count the same things; 个 goes with all.
_ALIKE = ("名位人", "种类", "条项点则", "篇份部", "家所", "款类种", "次轮场回", "句行段", "步阶")
_CLASSIFIERS = "句类种条篇家名位项款层章轮步台辆场届部份所"
_CLASSIFIER = re.compile(rf"\s*(?:多|余)?\s*([{_CLASSIFIERS}])(?!\d)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A family of units, and how much one is in the family's base (seconds for time)."""

    family: str
    factor: float = 1.0


def unit_of(number: Quantity, text: str) -> Unit | None:
    """The unit of a number of a text, or None where it has none that we know."""
    if number.kind in ("percent", "times"):
        return Unit(number.kind)
    digits_end = number.end
    match = _AFTER.match(text, digits_end)
    if match is None:
        inside = _AFTER.search(text, number.start, number.end)
        match = inside if inside is not None and inside.end() >= number.end else None
    if match is not None and match.lastgroup is not None:
        name = match.lastgroup
        return Unit("time", _SECONDS[name]) if name in _SECONDS else Unit(name)
    return Unit("money") if _BEFORE.search(text, max(0, number.start - 3), number.start) else None


def classifier_after(number: Quantity, text: str) -> str | None:
    """The Chinese classifier after a number, where it says what is counted."""
    match = _CLASSIFIER.match(text, number.end)
    return match[1] if match else None


def alike(first: str, second: str) -> bool:
    """Whether two classifiers may count the same things."""
    return first == second or any(first in group and second in group for group in _ALIKE)
