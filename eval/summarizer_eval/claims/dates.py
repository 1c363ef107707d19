"""Detectors of dates: relative words, days and months, and whether a thing is still to come."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer_eval.claims.source import Hit, Source

__all__ = [
    "calendar",
    "calendar_dates",
    "means_date",
    "meant_by",
    "relative_dates",
    "tenses",
    "year_in_words",
]  # fmt: skip

_RELATIVE: tuple[tuple[str, ...], ...] = (
    ("昨天", "昨日", "yesterday"), ("今天", "今日", "today"), ("明天", "明日", "tomorrow"),
    ("上周", "last week"), ("本周", "这周", "this week"), ("下周", "next week"),
    ("上月", "上个月", "last month"), ("本月", "这个月", "this month"),
    ("下月", "下个月", "next month"),
    ("去年", "last year"), ("今年", "this year"), ("明年", "next year"), ("前年",),
)  # fmt: skip
_RELATIVE_WORD = re.compile("|".join(word for words in _RELATIVE for word in words), re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SPANS = (range(3), range(3, 6), range(6, 9), range(9, 13))


def relative_dates(source: Source, claim: str) -> Iterator[Hit]:
    """上月 where the source speaks of 上周 and never of 上月; 去年 of what was the year before."""
    if not _RELATIVE_WORD.search(claim):
        return
    lowered, ours = source.undated, claim.casefold()
    there = [any(word in lowered for word in words) for words in _RELATIVE]
    for place, words in enumerate(_RELATIVE):
        said = next((word for word in words if word in ours), None)
        if said is None or there[place]:
            continue
        rival = _by_date(source, place) if source.date else None
        if rival is None:
            rival = _by_words(source, place, said, there)
        if rival is None or rival == _RIGHT or (rival and rival in ours):
            continue
        yield "date", said, rival


_RIGHT = "\0"
"""Of a word that the date of the document bears out."""


def _by_date(source: Source, place: int) -> str | None:
    """What the source has instead of the year or month that a word means on the document's date.

    `_RIGHT` where it has that one; None where this cannot be told.
    """
    if place in _OFFSETS:
        meant = meant_by(source.date, _OFFSETS[place])
        found = _YEAR.search(source.undated)
        if meant is None or (place == _THIS_YEAR and found is None):
            return None
        return _RIGHT if str(meant) in source.undated else found[0] if found else ""
    match = _ISO.match(source.date)
    dates = source.once("undated", lambda _: calendar_dates(source.undated))
    if place not in _MONTH_OFFSETS or match is None or not dates:
        return None
    month = (int(match[2]) - 1 + _MONTH_OFFSETS[place]) % 12 + 1
    return _RIGHT if any(found[0] == month for found in dates) else dates[0][2]


def _by_words(source: Source, place: int, said: str, there: list[bool]) -> str | None:
    """What the source has instead of a word, "" for nothing at all; None where it may be right."""
    if not any(there) or (place >= _FIRST_YEAR and not any(there[_FIRST_YEAR:])):
        # The source speaks of no day, month or year at all: nothing to have it from.
        without = (
            not source.once("dates", calendar_dates)
            if place < _FIRST_YEAR
            else place != _THIS_YEAR and not _YEAR.search(source.undated)
        )
        return "" if without and not said.isascii() else None
    span = next(span for span in _SPANS if place in span)
    near = [_RELATIVE[index] for index in span if there[index]]
    if (place >= _FIRST_YEAR and _YEAR.search(source.undated)) or not (near or place < _FIRST_YEAR):
        return None  # 2024年 may be 去年: that takes the date of the source
    other = next(words for found, words in zip(there, _RELATIVE, strict=True) if found)
    return next(word for word in (near or [other])[0] if word in source.undated)


_FIRST_YEAR = 9
_THIS_YEAR = 10
_OFFSETS = {9: -1, 10: 0, 11: 1, 12: -2}
"""Place of a word for a year, and how far it is from the year of the date."""
_MONTH_OFFSETS = {6: -1, 7: 0, 8: 1}
_ISO = re.compile(r"(\d{4})-(\d\d)")


def meant_by(date: str, offset: int) -> int | None:
    """The year that 去年 (-1) or 明年 (1) means in a document of this date; None without one."""
    match = _ISO.match(date)
    return int(match[1]) + offset if match else None


def year_in_words(date: str, year: float, lowered: str) -> str | None:
    """The word that stands for a year in a text (去年 for 2024 in one of 2025), or None."""
    for place, offset in _OFFSETS.items():
        if meant_by(date, offset) == year:
            return next((word for word in _RELATIVE[place] if word in lowered), None)
    return None


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


def calendar_dates(text: str) -> list[tuple[int, int | None, str]]:
    """(month, day or None, as written) of each date of a text."""
    found = []
    lowered = text.lower()
    patterns: tuple[re.Pattern[str], ...] = _CALENDAR[:1] if "月" in text else ()
    patterns += _CALENDAR[1:2]
    if any(month in lowered for month in _MONTHS):
        patterns += _CALENDAR[2:]
    for pattern in patterns:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            name = parts.get("name")
            month = _MONTHS.index(name[:3].lower()) + 1 if name else int(parts["month"])
            day = int(parts["day"]) if parts.get("day") else None
            if 1 <= month <= 12 and (day is None or 1 <= day <= 31):
                found.append((month, day, match[0]))
    return found


def calendar(source: Source, claim: str) -> Iterator[Hit]:
    """A month or day that the source does not have, where it has others.

    The date on which it was saved bears a claim out, and so does what 下月 means by it; but it is
    no other date of which the source speaks.
    """
    ours = calendar_dates(claim)
    theirs = source.once("undated", lambda _: calendar_dates(source.undated)) if ours else []
    known = source.once("dates", calendar_dates) if theirs else []
    for month, day, said in ours if theirs else ():
        stands = any(
            other == month and (day is None or there in (None, day)) for other, there, _ in known
        )
        if stands or means_date(source, month, day):
            continue
        yield (
            "date",
            said,
            next((text for other, _, text in theirs if other == month), theirs[0][2]),
        )


_DAY_OFFSETS = {0: -1, 1: 0, 2: 1}
_WEEK_OFFSETS = {3: -7, 4: 0, 5: 7}
"""As `_MONTH_OFFSETS`, in days."""


def means_date(source: Source, month: int, day: int | None) -> bool:
    """Whether 昨天, 上周 or 下月 of the source mean this month or day on the source's date."""
    try:
        saved = date.fromisoformat(source.date[:10])
    except ValueError:
        return False
    there = [any(word in source.undated for word in words) for words in _RELATIVE]
    days = [saved + timedelta(offset) for place, offset in _DAY_OFFSETS.items() if there[place]]
    for place, offset in _WEEK_OFFSETS.items():
        monday = saved + timedelta(offset - saved.weekday())
        days += [monday + timedelta(count) for count in range(7)] if there[place] else []
    months = [
        (saved.month - 1 + offset) % 12 + 1
        for place, offset in _MONTH_OFFSETS.items()
        if there[place]
    ]
    return month in months or any(
        other.month == month and day in (None, other.day) for other in days
    )


_TO_COME = re.compile(
    r"将(?=于|在(?!.{0,6}[转变作视]))|即将|计划(?=于|在|推出|开|发布|将)|预计(?=在|于|将|明|下|今|20)|拟于"
)
_COMING = re.compile(
    r"将|即将|预计|计划|拟|未来|明年|明天|下周|下月|下半年|之后|今后|稍后|今晚|届时|准备|打算|有望|期待|敬请|报名|"
    r"倒计时|确认参与|出席|今天|要|期间|[上下]午|周[一二三四五六日]|"
    r"\b(?:will|plan\w*|expect\w*|soon|upcoming|to be|future|forthcoming|next|anticipat\w*|later|"
    r"goals?|aims to|intend\w*|propos\w*)\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"已于|已在|曾于|此前已|早已|上线已|现已|现可|现在可|目前已|已经|已成为|已转|已实现|已(?:正式)?(?:发布|推出|上线|开源|完成|投入|获批|落地)"
)
_NOT_YET = re.compile(
    r"将(?!军)|即将|预计将?|可能成为|计划|明年|未来|后续|之后会|还在|正在|试着|尝试|就会|"
    r"\b(?:will|plan to|upcoming|future|should)\b",
    re.IGNORECASE,
)
_ALREADY = re.compile(r"已|了|现在|目前|正式|刚刚|today|\bnow\b|released|available", re.IGNORECASE)


def tenses(source: Source, claim: str) -> Iterator[Hit]:
    """将于…发布 of what the source has as done, 已发布 of what is still to come there."""
    match = _TO_COME.search(claim)
    if match is not None:
        spoken_of = source.surely_spoken_of(claim)
        if spoken_of and not _COMING.search(spoken_of):
            yield "date", claim[match.start() : match.end() + 4], ""
        return
    match = _DONE.search(claim)
    if match is not None:
        spoken_of = source.surely_spoken_of(claim)
        there = _NOT_YET.search(spoken_of)
        if there is not None and not _ALREADY.search(spoken_of):
            yield "date", claim[match.start() : match.end() + 2], there[0]
