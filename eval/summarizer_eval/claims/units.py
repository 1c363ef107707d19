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

__all__ = ["Unit", "alike", "classifier_after", "converted", "unit_of"]

_AFTER = re.compile(
    r"\s*[-–~～到至]?\s*(?:多|余|来|几)?\s*(?:"
    r"(?P<second>秒钟?|secs?(?![A-Za-z])|seconds?(?![A-Za-z])|s(?![A-Za-z]))|(?P<minute>分钟|mins?(?![A-Za-z])|minutes?(?![A-Za-z]))"
    r"|(?P<hour>个?小时|个钟头?|hours?(?![A-Za-z])|hrs?(?![A-Za-z])|h(?![A-Za-z]))|(?P<day>天|日(?!本|语|文|[前后])|days?(?![A-Za-z]))"
    r"|(?P<week>个?星期|周(?![年岁])|weeks?(?![A-Za-z]))|(?P<month>个月|months?(?![A-Za-z]))"
    r"|(?P<year>年(?![级代度])|周年|周?岁|years?(?![A-Za-z])|yrs?(?![A-Za-z]))"
    r"|(?P<percent>%|％|percent(?![A-Za-z])|个百分点|percentage points?)"
    r"|(?P<times>倍|[xX×](?![A-Za-z0-9])|times(?![A-Za-z])|fold(?![A-Za-z]))"
    r"|(?P<cent>美分|(?:US )?cents?(?![A-Za-z]))"
    r"|(?P<usd>美元|美金|(?:(?:US )?dollars?|USD)(?![A-Za-z]))"
    r"|(?P<eur>欧元|(?:euros?|EUR)(?![A-Za-z]))"
    r"|(?P<gbp>英镑|(?:pounds?|GBP)(?![A-Za-z]))|(?P<jpy>日元|(?:yen|JPY)(?![A-Za-z]))"
    r"|(?P<hkd>港元|港币|HKD(?![A-Za-z]))|(?P<cny>元|块钱?|人民币|(?:yuan|RMB|CNY)(?![A-Za-z]))"
    r"|(?P<kb>Ki?B(?![a-z]))|(?P<mb>Mi?B(?![a-z]))|(?P<gb>Gi?B(?![a-z]))|(?P<tb>Ti?B(?![a-z]))"
    r"|(?P<power>[kKMG]?W(?![a-z])|瓦|千瓦)"
    r"|(?P<nm>纳米|nm(?![A-Za-z]))|(?P<um>微米|[μµu]m(?![A-Za-z]))|(?P<mm>毫米|mm(?![A-Za-z]))|(?P<cm>厘米|公分|cm(?![A-Za-z]))"
    r"|(?P<km>公里|千米|km(?![A-Za-z]))|(?P<mile>英里|miles?(?![A-Za-z]))|(?P<inch>英?寸|inch(?:es)?(?![A-Za-z]))"
    r"|(?P<foot>英尺|feet(?![A-Za-z])|foot(?![A-Za-z]))|(?P<meter>米(?!兰|哈)|meters?(?![A-Za-z])|metres?(?![A-Za-z])|(?-i:m)(?![A-Za-z]))"
    r"|(?P<kg>公斤|千克|kg(?![A-Za-z]))|(?P<ton>吨|tons?(?![A-Za-z]))|(?P<gram>克(?!隆|服|莱|里)|grams?(?![A-Za-z]))"
    r")",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?P<sign>US\$|HK\$|[$¥€£￥])\s*$")
_SIGNS = {"$": "usd", "US$": "usd", "HK$": "hkd", "¥": "cny", "￥": "cny", "€": "eur", "£": "gbp"}
_SECONDS = {
    "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 7 * 86400.0,
    "month": 30.4 * 86400.0, "year": 365.0 * 86400.0,
}  # fmt: skip
_FAMILIES: dict[str, tuple[str, float]] = {
    **{name: ("time", seconds) for name, seconds in _SECONDS.items()},
    **{name: (f"money {name}", 1.0) for name in ("usd", "eur", "gbp", "jpy", "hkd", "cny")},
    "cent": ("money usd", 0.01),
    "kb": ("byte", 1e3), "mb": ("byte", 1e6), "gb": ("byte", 1e9), "tb": ("byte", 1e12),
    "nm": ("length", 1e-9), "um": ("length", 1e-6), "mm": ("length", 1e-3),
    "cm": ("length", 1e-2), "meter": ("length", 1.0), "km": ("length", 1e3),
    "mile": ("length", 1609.0), "inch": ("length", 0.0254), "foot": ("length", 0.3048),
    "gram": ("weight", 1e-3), "kg": ("weight", 1.0), "ton": ("weight", 1e3),
}  # fmt: skip
# Classifiers that count the same things; 个 goes with all.
_ALIKE = (
    "名位人", "种类", "条项点则道", "篇份部本册", "家所间座户栋", "款类种", "次轮场回局届",
    "句行段条", "步阶", "道题", "套组份", "张幅份帧", "门节堂讲集章", "项款件", "台辆架部",
    "张块颗枚片", "段集部支条", "支队", "代款版届",
)  # fmt: skip
_CLASSIFIERS = "句类种条篇家名位项款层章轮步台辆场届部份所张幅帧道题支块颗枚本门节集户座间行段队代"
# No classifier where it begins a word: 代码, 项目, 场景.
_BEGINS_A_WORD = (
    "代[码表理替价言]|段落|场[景合地]|部[分门署]|层[次级]|步骤|队[伍员]|座位|集[成合团]|节点|块链|门[槛户店]|本[地质文身]|道路|"
    "行[业为动]|户外|张力|条件|家[庭长族]|名[词单]|位置|项目|台[湾词]|次[要数]|类[型别似]|种[子族]|句子|题[目材]|期间|期[待望]"
)
_CLASSIFIER = re.compile(rf"\s*(?:多|余)?\s*(?!{_BEGINS_A_WORD})([{_CLASSIFIERS}])(?!\d)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A family of units, and how much one is in the family's base (seconds, meters, bytes, kg)."""

    family: str
    factor: float = 1.0


def unit_of(number: Quantity, text: str) -> Unit | None:
    """The unit of a number of a text, or None where it has none that we know."""
    if number.kind in ("percent", "times"):
        return Unit(number.kind)
    digits_end = number.end
    match = _AFTER.match(text, digits_end)
    said = text[number.start : number.end]
    if match is None and not (said.isascii() and said.isalpha()):  # "second" is no unit of itself
        inside = _AFTER.search(text, number.start, number.end)
        match = inside if inside is not None and inside.end() >= number.end else None
    if match is not None and match.lastgroup is not None:
        name = match.lastgroup
        return Unit(*_FAMILIES[name]) if name in _FAMILIES else Unit(name)
    sign = _BEFORE.search(text, max(0, number.start - 4), number.start)
    return None if sign is None else Unit(*_FAMILIES[_SIGNS[sign[1].upper()]])


_LOOSE = 0.05
"""Share of an amount of time that a conversion may be off: a month is 30 days or 4 weeks."""


def converted(number: Quantity, ours: Unit, other: Quantity, theirs: Unit) -> bool:
    """Whether two numbers are one amount in two units of a family: 0.36 μm, 360 nm; 24 h, 1 d."""
    if ours.family != theirs.family or ours.factor == theirs.factor:
        return False
    first, second = number.value * ours.factor, other.value * theirs.factor
    loose = _LOOSE if ours.family == "time" else 0.5 * number.step / max(number.value, 1e-12)
    return abs(first - second) <= max(loose, 1e-9) * max(first, second)


def classifier_after(number: Quantity, text: str) -> str | None:
    """The Chinese classifier after a number, where it says what is counted."""
    match = _CLASSIFIER.match(text, number.end)
    return match[1] if match else None


def alike(first: str, second: str) -> bool:
    """Whether two classifiers may count the same things."""
    return first == second or any(first in group and second in group for group in _ALIKE)
