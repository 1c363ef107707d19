"""Quantities in Chinese and English text: their value, what they count, how exact they are.

``100万`` = ``1 million`` = ``1,000,000``; ``26%``; ``三分之一``; ``1.36万亿元``; ``2.51x`` and
``2.51倍``.
Two quantities agree where their values agree after rounding to the digits that the coarser one
shows; years agree only exactly.
"""

from __future__ import annotations

import re
from functools import lru_cache

from summarizer_eval.claims.quantity import CN_DIGITS, Quantity, agree
from summarizer_eval.claims.shares import shares

__all__ = ["Quantity", "agree", "chinese_value", "quantities"]

_CN_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "兆": 10**12}
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "dozen": 12,
    "thousand": 1000, "single": 1, "both": 2, "double": 2, "triple": 3, "twice": 2,
    "third": 3, "first": 1, "second": 2, "fourth": 4, "fifth": 5, "dual": 2, "pair": 2,
}  # fmt: skip
_SCALES = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "k": 1e3, "m": 1e6,
    "b": 1e9, "t": 1e12, "w": 1e4, "mn": 1e6, "bn": 1e9, "万": 1e4, "亿": 1e8, "千": 1e3,
    "百": 1e2, "万亿": 1e12, "百万": 1e6, "千万": 1e7, "十亿": 1e9, "百亿": 1e10, "千亿": 1e11,
    "十万": 1e5, "兆": 1e12,
}  # fmt: skip
_NUMBER = re.compile(
    r"(?=\d)(?<![A-Za-z0-9_.])(?<![A-Za-z]-)(?P<digits>\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<scale>\s*(?:thousand|million|billion|trillion|mn|bn)|(?-i:[kKmMbBtTwW]|\s[KMB])(?![A-Za-z])"
    r"|\s*(?:万亿|百万|千万|十亿|百亿|千亿|十万|[万亿千百兆]))?"
    r"(?P<plus>\s*[+＋多余])?"
    r"(?P<unit>\s*(?:\\?%|％|percent(?:age points?)?|points?\b|个百分点|个点|倍|折"
    r"|成(?![为功本员果立长熟])"
    r"|[xX×](?![A-Za-z])|年|月|日))?",
    re.IGNORECASE,
)
_POINTS = ("个百分点", "个点")
_CN_NUMBER = re.compile(
    r"(?P<of>[零一二两三四五六七八九十百千万亿]+)分之"
    r"(?P<part>\d+(?:\.\d+)?|[零一二两三四五六七八九十百千万点]+)"
    r"|(?P<plain>[零〇一二两三四五六七八九十百千]+(?:点[零一二三四五六七八九]+)?[万亿]*)"
    r"(?P<unit>倍(?![数率])|成(?![为功本员果立长熟])|个百分点|折)?"
)
# What can begin it comes first: most places are passed by at once.
_WORD_NUMBER = re.compile(
    r"(?=[bdefhnopst])(?<![A-Za-z0-9-])("
    + "|".join(sorted(_WORDS, key=len, reverse=True))
    + r")(?![A-Za-z])(?:[\s-]+"
    r"(hundred|thousand|million|billion|trillion)\b)?",
    re.IGNORECASE,
)
# Numerals inside words of the language, which count nothing.
_IDIOM_AFTER = re.compile(
    r"^(?:[步个位种些旦直致般样定切键站体面起方同时半次元流线维层次度级手番味举系代]|"
    r"进一|重新|目了然|[分]为)"
)


def quantities(text: str) -> tuple[Quantity, ...]:
    """All quantities of a text, in order; linear in its length."""
    return _remembered(text) if len(text) < _SHORT else _find(text)


_SHORT = 2000
"""Characters of a text that is worth remembering: many detectors ask for those of one claim."""


@lru_cache(maxsize=1024)
def _remembered(text: str) -> tuple[Quantity, ...]:
    return _find(text)


def _find(text: str) -> tuple[Quantity, ...]:
    found = _compounds(text) if "万" in text or "亿" in text else []
    found += [item for item in _chinese(text) if item.kind == "percent"] if "分之" in text else []
    found += shares(text)
    found += _written_years(text) if "年" in text else []
    inside = {place for item in found for place in range(item.start, item.end)}
    found += [
        item
        for match in _NUMBER.finditer(text)
        if match.start() not in inside and (item := _from_digits(match, text))
    ]
    found.sort(key=lambda item: item.start)
    taken = [(item.start, item.end) for item in found]
    found.extend(
        item
        for item in (*_chinese(text), *_english(text), *_doublings(text))
        if not any(start < item.end and item.start < end for start, end in _near(taken, item))
    )
    return tuple(sorted(found, key=lambda item: item.start))


_WRITTEN_YEAR = re.compile(
    r"([一二][零〇九][一二三四五六七八九零〇]{2})年|(?<!\d)([1-9]0|[二三四五六七八九]十)年代"
)


def _written_years(text: str) -> list[Quantity]:
    """二〇二六年; and 70年代 or 七十年代, which is 1970."""
    found = []
    for match in _WRITTEN_YEAR.finditer(text):
        if match[1]:
            value = float("".join(str(CN_DIGITS[char]) for char in match[1]))
        else:
            decade = float(match[2]) if match[2].isdigit() else 10.0 * CN_DIGITS[match[2][0]]
            value = decade + (1900 if decade >= _OLDEST_DECADE else 2000)
        found.append(Quantity(match.start(), match.end(), value, "year", 1.0))
    return found


_OLDEST_DECADE = 30
"""Decades from here on are of the last century."""


_REST = re.compile(
    r"(?P<whole>\d+(?:\.\d+)?)(?P<scale>[万亿])(?P<rest>\d{1,4})(?:(?P<unit>[万千百])(?!分)|(?<=\d{4})(?!\d))"
)


def _compounds(text: str) -> list[Quantity]:
    """50万5千, 3亿2千万: a number in two scales."""
    found = []
    for match in _REST.finditer(text):
        unit = _SCALES[match["unit"]] if match["unit"] else 1.0
        value = float(match["whole"]) * _SCALES[match["scale"]] + float(match["rest"]) * unit
        found.append(Quantity(match.start(), match.end(), value, "plain", unit))
    return found


def _near(taken: list[tuple[int, int]], item: Quantity) -> list[tuple[int, int]]:
    from bisect import bisect_left

    place = bisect_left(taken, (item.start, 0))
    return taken[max(0, place - 1) : place + 2]


_TO_PERCENT = re.compile(r"\s*[-–—~～至到]\s*\d+(?:\.\d+)?\s*(?:\\?%|％)")


def _from_digits(match: re.Match[str], text: str) -> Quantity | None:
    digits = match["digits"].replace(",", "").replace("，", "")
    if len(digits) > 18:
        return None
    value = float(digits)
    decimals = len(digits.split(".")[1]) if "." in digits else 0
    step = 10.0**-decimals
    scale_text = (match["scale"] or "").strip().lower()
    scale = _SCALES.get(scale_text, 1.0)
    unit = (match["unit"] or "").strip().lower()
    end = match.end()
    kind = "plain"
    if not unit and _TO_PERCENT.match(text, match.end()):  # 27-44%
        unit = "%"
    if unit.lstrip("\\") in ("%", "％", "percent", "成") or "point" in unit or unit in _POINTS:
        kind = "percent"
        if unit == "成":
            scale *= 10
    elif unit in ("倍", "x", "×"):
        kind = "times"
    elif unit == "折":
        return None
    elif scale == 1.0 and "." not in digits and len(digits) == 4 and 1900 <= value <= 2100:
        kind = "year" if unit == "年" or not unit else "plain"
    if unit in ("年", "月", "日") and kind != "year":
        end = match.end("unit") - len(unit)
    if match["plus"]:
        step = max(step, 1.0)
    return Quantity(match.start(), end, value * scale, kind, step * scale)


def _chinese(text: str) -> list[Quantity]:
    found = []
    for match in _CN_NUMBER.finditer(text):
        if match["of"]:
            written = match["part"]
            whole = _cn_value(match["of"])
            part = float(written) if written.isascii() else _cn_value(written)
            if whole and part is not None:
                found.append(
                    Quantity(match.start(), match.end(), 100 * part / whole, "percent", 0.01)
                )
            continue
        plain = match["plain"]
        value = _cn_value(plain)
        if value is None:
            continue
        after = text[match.end("plain") : match.end("plain") + 3]
        before = text[max(0, match.start() - 1) : match.start()]
        if len(plain) == 1 and not match["unit"]:
            if (
                plain in "一零〇百千"
                or _IDIOM_AFTER.match(after)
                or before in tuple("第统单唯同某每另之万")
            ):
                continue
            if plain in "万亿" or (plain == "十" and after[:1] not in ("余", "多", "几")):
                continue
        kind = {"倍": "times", "成": "percent", "个百分点": "percent"}.get(
            match["unit"] or "", "plain"
        )
        if match["unit"] == "成":
            value *= 10
        if match["unit"] == "折":
            continue
        found.append(
            Quantity(
                match.start(),
                match.end(),
                value,
                kind,
                1.0,
                small=len(plain) == 1 and not match["unit"],
            )
        )
    return found


_HALF = re.compile(r"一半|半数|过半|对半|减半|\bhal(?:f|ves|ved|ving)\b", re.IGNORECASE)
_DOUBLING = re.compile(r"翻(?:了?一?番|倍)|加倍|\b(?:doubl(?:es|ed|ing))\b", re.IGNORECASE)


def _doublings(text: str) -> list[Quantity]:
    return [
        Quantity(match.start(), match.end(), 2.0, "times", 1.0)
        for match in _DOUBLING.finditer(text)
    ] + [
        Quantity(match.start(), match.end(), 50.0, "percent", 10.0, small=True)
        for match in _HALF.finditer(text)
    ]


def chinese_value(text: str) -> float | None:
    """The value of a Chinese or Arabic numeral, or None where it is none."""
    if text.isascii() and text.isdigit():
        return float(text)
    return _cn_value(text)


def _cn_value(text: str) -> float | None:
    """The value of a Chinese numeral, or None where it is none."""
    whole, _, fraction = text.partition("点")
    total = section = digit = 0.0
    for char in whole:
        if char in CN_DIGITS:
            digit = CN_DIGITS[char]
        elif char in _CN_UNITS:
            unit = _CN_UNITS[char]
            if unit >= 10**4:
                total = (total + section + digit) * unit if total + section + digit else unit
                section = digit = 0.0
            else:
                section += (digit or 1.0) * unit
                digit = 0.0
        else:
            return None
    total += section + digit
    if fraction:
        if any(char not in CN_DIGITS for char in fraction):
            return None
        total += sum(CN_DIGITS[char] * 10.0 ** -(place + 1) for place, char in enumerate(fraction))
    return total


def _english(text: str) -> list[Quantity]:
    found = []
    for match in _WORD_NUMBER.finditer(text):
        word, scale = match[1].lower(), (match[2] or "").lower()
        if word == "thousand" and not scale:
            continue
        factor = 100.0 if scale == "hundred" else _SCALES.get(scale, 1.0)
        value = _WORDS[word] * factor
        found.append(Quantity(match.start(), match.end(), value, "plain", factor, small=not scale))
    return found
