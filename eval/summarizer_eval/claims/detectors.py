"""Detectors beside plain numbers and names: each sees one kind of wrong claim, and can be left out.

A detector takes a source that was read once and a claim, and gives findings: all of them say why,
and none is sure enough to gate alone, so their verdict is ``unsupported``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from summarizer_eval.claims.data import data_file
from summarizer_eval.claims.names import aliases, fold
from summarizer_eval.claims.quantities import Quantity, agree, chinese_value, quantities
from summarizer_eval.claims.units import alike, classifier_after, unit_of
from summarizer_eval.claims.wording import counted_nouns, directions, opposites, scores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["DETECTORS", "Hit"]

Hit = tuple[str, str, str]
"""(kind, what the summary says, what the source says there or "")."""

_HAN = re.compile("[\u4e00-\u9fff]")


class Source:
    """What detectors look at, read once for all claims.

    Args:
        text: source and title.
        numbers: the quantities of it.
    """

    def __init__(self, text: str, numbers: Sequence[Quantity]) -> None:
        self.text = text
        self.numbers = numbers
        self.units = [unit_of(number, text) for number in numbers]
        self.dates = _dates(text)
        self.chinese = len(_HAN.findall(text[:2000])) > 20


_MARKER = re.compile(r"\ufe0f?\u20e3|[.、)）](?!\d)")
_LABEL = re.compile(r"(?:[图表第]|fig(?:ure|\.)?|table|section|chapter)\s*$", re.IGNORECASE)
_COUNTS = re.compile(r"[a-z]{3,}|[\u4e00-\u9fff]")
_JOINS = re.compile(
    r"(?:and|or|to|of|in|on|with|the|for|from|years?|year-old|per|each|at|as|by|was|were|is|are|"
    r"which|that|compared|versus|up|down|last|this)\b|[岁和或到至]"
)


def units(source: Source, claim: str) -> Iterator[Hit]:
    """A number with a unit that the source gives only with a unit of another family."""
    for number in quantities(claim):
        ours = unit_of(number, claim)
        if ours is None or (ours.family in ("percent", "times") and not number.small):
            continue
        if number.kind == "year":
            continue
        same = [
            (other, unit)
            for other, unit in zip(source.numbers, source.units, strict=True)
            if (agree(number, other) or _same_amount(number, ours, other, unit))
            and not (unit is None and _labels(other, source.text))
        ]
        said = claim[number.start : number.end + 3].strip()
        if any(unit is None and not _counts(other, source) for other, unit in same):
            continue
        fits = any(
            unit is not None
            and unit.family == ours.family
            and (unit.factor == ours.factor or _same_amount(number, ours, other, unit))
            for other, unit in same
        )
        if not fits and (same or not _vague(number, claim)):
            there = source.text[same[0][0].start : same[0][0].end + 4] if same else ""
            yield "number", said, there.strip()


def _same_amount(number: Quantity, ours: object, other: Quantity, unit: object) -> bool:
    from summarizer_eval.claims.units import Unit

    if not isinstance(ours, Unit) or not isinstance(unit, Unit):
        return False
    if ours.family != unit.family or ours.factor == unit.factor:
        return False
    first, second = number.value * ours.factor, other.value * unit.factor
    return abs(first - second) <= 0.05 * max(first, second)


def _counts(number: Quantity, source: Source) -> bool:
    """Whether what follows a number of the source says that it counts things."""
    after = source.text[number.end : number.end + 12].lstrip()
    return bool(_COUNTS.match(after)) and not _JOINS.match(after)


def _labels(number: Quantity, text: str) -> bool:
    """1. or 3️⃣ at the start of a line, 图3, Table 2: it counts nothing."""
    before = text[max(0, number.start - 8) : number.start].rsplit("\n", 1)[-1]
    starts_line = not before.strip(" -*#") and bool(_MARKER.match(text, number.end))
    return starts_line or _LABEL.search(before) is not None


def _vague(number: Quantity, claim: str) -> bool:
    """一年, one day, 几天: figures of speech."""
    after = claim[number.end : number.end + 3]
    return number.value <= 1 or after.startswith(("年前", "年来", "天内"))


def classifiers(source: Source, claim: str) -> Iterator[Hit]:
    """A number whose classifier is another than the source's (Chinese sources)."""
    if not source.chinese:
        return
    for number in quantities(claim):
        ours = classifier_after(number, claim)
        if ours is None or number.value <= 1:
            continue
        theirs = [
            (other, classifier_after(other, source.text))
            for other in source.numbers
            if agree(number, other)
        ]
        if theirs and all(there is not None and not alike(ours, there) for _, there in theirs):
            other = theirs[0][0]
            yield (
                "number",
                claim[number.start : number.end + 2],
                source.text[other.start : other.end + 3],
            )


_MANY = 12
_ARTICLE = "个种步大"
"""一步, 一个: mostly no count but an article."""
_COUNTED = re.compile(
    r"(?<![/\d])(第?)([一二两三四五六七八九十\d]+)(个|项|条|种|大|届|代|版|篇|步|层|类|款|名|位|家)"
    r"([\u4e00-\u9fffA-Za-z]{0,4})"
)


def counts(source: Source, claim: str) -> Iterator[Hit]:
    """五项修复 where the source has 四项修复; 第二届 where it has 第三届 (Chinese sources)."""
    if not source.chinese:
        return
    theirs = [
        (match[1], chinese_value(match[2]), match[3], match[4], match[0])
        for match in _COUNTED.finditer(source.text)
    ]
    for match in _COUNTED.finditer(claim):
        value, noun = chinese_value(match[2]), match[4]
        if value is None:
            continue
        if value > _MANY and any(number.value == value for number in source.numbers):
            continue
        rivals = [
            (other, text)
            for ordinal, other, classifier, after, text in theirs
            if ordinal == match[1]
            and (other != 1 or ordinal or classifier not in _ARTICLE)
            and classifier == match[3]
            and (_common_start(noun, after) if not ordinal else True)
        ]
        if rivals and all(other != value for other, _ in rivals):
            yield "number", match[0], rivals[0][1]


def _common_start(first: str, second: str) -> bool:
    return len(first) >= 2 and first[:2] == second[:2]


_RELATIVE: tuple[tuple[str, ...], ...] = (
    ("昨天", "昨日", "yesterday"), ("今天", "今日", "today"), ("明天", "明日", "tomorrow"),
    ("上周", "last week"), ("本周", "这周", "this week"), ("下周", "next week"),
    ("上月", "上个月", "last month"), ("本月", "这个月", "this month"),
    ("下月", "下个月", "next month"),
    ("去年", "last year"), ("今年", "this year"), ("明年", "next year"), ("前年",),
)  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SPANS = (range(3), range(3, 6), range(6, 9), range(9, 13))


def relative_dates(source: Source, claim: str) -> Iterator[Hit]:
    """上月 where the source speaks of 上周 and never of 上月."""
    lowered, ours = source.text.casefold(), claim.casefold()
    there = [any(word in lowered for word in words) for words in _RELATIVE]
    for place, words in enumerate(_RELATIVE):
        said = next((word for word in words if word in ours), None)
        if said is None or there[place]:
            continue
        if not any(there):
            # The source speaks of no day, week or month at all: nothing to have it from.
            if place < 9 and not source.dates and not said.isascii():
                yield "date", said, ""
            continue
        other = next(words for found, words in zip(there, _RELATIVE, strict=True) if found)
        span = next(span for span in _SPANS if place in span)
        near = [_RELATIVE[i] for i in span if there[i]]
        if place >= 9 and _YEAR.search(lowered):
            continue  # 2024年 may be 去年: that takes the date of the source
        if near or place < 9:
            rival = next(word for word in (near or [other])[0] if word in lowered)
            if rival not in ours:  # this year, compared to last year
                yield "date", said, rival


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CALENDAR = (
    re.compile(r"(?<![\d个])(?P<month>\d{1,2})月(?:份)?(?:(?P<day>\d{1,2})[日号])?(?!亮)"),
    re.compile(r"\d{4}[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH}\b", re.IGNORECASE),
    re.compile(rf"\b(?:in|since|until|by|of|from)\s+{_MONTH}\b", re.IGNORECASE),
    re.compile(rf"\b{_MONTH},?\s+(?=\d{{4}}\b)", re.IGNORECASE),
)


def _dates(text: str) -> list[tuple[int, int | None, str]]:
    """(month, day or None, as written) of a text."""
    found = []
    for pattern in _CALENDAR:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            name = parts.get("name")
            month = _MONTHS.index(name[:3].lower()) + 1 if name else int(parts["month"])
            day = int(parts["day"]) if parts.get("day") else None
            if 1 <= month <= 12 and (day is None or 1 <= day <= 31):
                found.append((month, day, match[0]))
    return found


def calendar(source: Source, claim: str) -> Iterator[Hit]:
    """A month or day that the source does not have, where it has others."""
    theirs = source.dates
    for month, day, said in _dates(claim):
        months = [other for other in theirs if other[0] == month]
        if not theirs or any(day is None or other[1] in (None, day) for other in months):
            continue
        yield "date", said, (months or theirs)[0][2]


@cache
def _places() -> dict[str, tuple[str, ...]]:
    groups = data_file("places")["groups"]
    return {group[0]: tuple(group) for group in groups} | {
        name: tuple(group) for group in groups for name in group if not name.isascii()
    }


_BROAD = ("中国", "国内", "我国", "中方", "美方", "欧盟", "硅谷", "华盛顿")


def places(source: Source, claim: str) -> Iterator[Hit]:
    """A country or city that the source does not name, where it names another."""
    found = [
        name
        for name in _places()
        if name in claim and name not in _BROAD and not _longer(name, claim)
    ]
    if not found:
        return
    lowered = source.text.casefold()
    for name in found:
        if not any(_written(other, source.text, lowered) for other in _places()[name]):
            yield "entity", name, ""


def _longer(name: str, text: str) -> bool:
    """印度 in 印度尼西亚, 日本 in 今日本来, 中国 in 中国移动."""
    if name == "日本":
        return re.search(r"(?<![今当近每昔往翌])日本(?![来身月周地])", text) is None
    return name == "印度" and "印度尼西亚" in text


def _written(name: str, text: str, lowered: str) -> bool:
    if not name.isascii():
        return name in text
    if name.isupper():
        return re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", text) is not None
    return name.casefold() in lowered


_INSTITUTION = re.compile(
    r"([\u4e00-\u9fff]{2,6}?)(大学|学院|研究院|研究所|实验室|医院|银行|出版社|基金会|协会)"
)
_NO_NAME = re.compile(
    r"^(?:.*[的与和及由在对为了等将是从到中多所家该其各本此某我他她它们被把给让名国来自]|人工|多家|高等|顶级|知名|"
    r"著名|全球|国际|国家|.*(?:度过|负责|提升|改善|加强|优化|服务|助力|推动|覆盖|走进|进驻|显示|表示|认为|指出|公布|宣布|毕业|就读|加入|针对|面向|获得|进入)|联合|合作|开源|独立|商业|中央|投资|世界)$"
)


def institutions(source: Source, claim: str) -> Iterator[Hit]:
    """A university, laboratory or hospital that the source does not name."""
    for match in _INSTITUTION.finditer(claim):
        stem, kind = match[1], match[2]
        short = stem[-2:]
        if _NO_NAME.match(stem) or short in source.text:
            continue
        if source.chinese:
            if stem[-3:] not in source.text and not _alias_there(short, source.text):
                yield "entity", short + kind, ""
        elif aliases().get(fold(short)) and not _alias_there(short, source.text):
            yield "entity", short + kind, ""


def _alias_there(name: str, text: str) -> bool:
    lowered = text.casefold()
    return any(other.casefold() in lowered for other in aliases().get(fold(name), ()))


DETECTORS: dict[str, Callable[[Source, str], Iterator[Hit]]] = {
    "unit": units,
    "classifier": classifiers,
    "count": counts,
    "relative-date": relative_dates,
    "calendar": calendar,
    "place": places,
    "institution": institutions,
    "opposite": opposites,
    "direction": directions,
    "score": scores,
    "counted-noun": counted_nouns,
}
"""Name to detector; `RulesChecker(without=...)` leaves some out."""
