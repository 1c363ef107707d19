"""Shares of a whole that are written in words or with a stroke: 1/10, 九成五, one third."""

from __future__ import annotations

import re

from summarizer_eval.claims.quantity import CN_DIGITS, Quantity

__all__ = ["shares"]

_NUMERATORS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9,
}  # fmt: skip


def shares(text: str) -> list[Quantity]:
    """The shares of a text, as percentages."""
    found = _english_fractions(text)
    found += _fractions(text) if "/" in text else []
    found += _tenths(text) if "成" in text else []
    return found


_FRACTION = re.compile(r"(?<![\d/.])([1-9])/([2-9]|[1-9]\d)(?![\d/%])")


def _fractions(text: str) -> list[Quantity]:
    """1/10, as 十分之一: a percentage."""
    return [
        Quantity(match.start(), match.end(), 100 * int(match[1]) / int(match[2]), "percent", 0.01)
        for match in _FRACTION.finditer(text)
        if int(match[1]) < int(match[2])
    ]


_DENOMINATORS = {
    "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10,
}  # fmt: skip
# Without a hyphen, three quarters may be of a year.
_ENGLISH_FRACTION = re.compile(
    r"(?=[aotfsen])(?<![A-Za-z0-9-])"
    r"(?:(one|two|three|four|five|six|seven|eight|nine)[\s-]+"
    r"((?<=-)quarter|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)s?"
    r"|a[\s-]+(third|quarter|fifth|tenth)(?=\s+of\b))(?![A-Za-z])",
    re.IGNORECASE,
)


def _english_fractions(text: str) -> list[Quantity]:
    """One third, two-thirds, a quarter of: a percentage; a third method is none."""
    return [
        Quantity(
            match.start(),
            match.end(),
            100.0
            * _NUMERATORS[(match[1] or "a").lower()]
            / _DENOMINATORS[(match[2] or match[3]).lower()],
            "percent",
            0.01,
        )
        for match in _ENGLISH_FRACTION.finditer(text)
    ]


_TENTHS = re.compile("(?P<tenths>[一二三四五六七八九])成(?P<rest>[一二三四五六七八九])")


def _tenths(text: str) -> list[Quantity]:
    """九成五: 95 percent."""
    return [
        Quantity(
            match.start(),
            match.end(),
            10.0 * CN_DIGITS[match["tenths"]] + CN_DIGITS[match["rest"]],
            "percent",
            1.0,
        )
        for match in _TENTHS.finditer(text)
    ]
