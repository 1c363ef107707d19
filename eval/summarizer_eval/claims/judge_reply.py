"""What a judge's reply says of each claim: JSON, as models really write it.

Taken: code fences and prose around it, thoughts before it, a bare list, one object a line, an
answer that was cut off (its whole items count), numbers as texts, verdicts in other words. Never
guessed: a claim without an item, with two unlike items or with an unknown verdict stays unchecked
and says why.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer_eval.claims.claim import Verdict

__all__ = ["KINDS", "Judgement", "Unreadable", "read_judgements"]

KINDS = ("number", "date", "entity", "relation", "other")
_THOUGHT_ENDS = re.compile(r"</think(?:ing)?>")
_OPENING = re.compile(r"[{\[]")
_NUMBER = re.compile(r"\D{0,10}(\d{1,4})\D{0,2}")
_TRAILING = re.compile(r",\s*([}\]])")
_FAILURES = 200
"""Places at which no JSON begins, after which the rest is not looked at: bounds the time."""
_VERDICTS: dict[str, Verdict] = {
    "supported": "supported", "support": "supported", "entailed": "supported",
    "支持": "supported", "contradicted": "contradicted", "contradiction": "contradicted",
    "contradicts": "contradicted", "refuted": "contradicted", "矛盾": "contradicted",
    "unsupported": "unsupported", "not supported": "unsupported", "neutral": "unsupported",
    "not enough information": "unsupported", "不支持": "unsupported", "未支持": "unsupported",
    "unchecked": "unchecked", "uncheckable": "unchecked", "not checkable": "unchecked",
    "无法核对": "unchecked",
}  # fmt: skip


class Unreadable(ValueError):
    """A reply holds no item with a verdict; says what it holds."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge says of one claim."""

    verdict: Verdict
    quote: str = ""
    kind: str = "other"
    reason: str = ""
    fault: str = ""
    """Why there is no verdict: ``missing``, ``twice`` or the word that is none."""


def read_judgements(text: str | None, count: int) -> list[Judgement]:
    """One judgement a claim, in order.

    Args:
        text: the reply's content.
        count: how many claims were asked about, numbered from 1.

    Raises:
        Unreadable: the reply holds no item that could be one.

    >>> [item.verdict for item in read_judgements('[{"claim": 2, "verdict": "Supported"}]', 2)]
    ['unchecked', 'supported']
    """
    if not text or not text.strip():
        raise Unreadable("it is empty")
    answer = _THOUGHT_ENDS.split(text)[-1]
    for body in (answer, _TRAILING.sub(r"\1", answer), text):
        if items := list(_items(body)):
            break
    else:
        raise Unreadable(f"it holds no verdicts: {_excerpt(answer)}")
    by_number: dict[int, list[Judgement]] = {}
    numbered = any(_number_of(item) is not None for item in items)
    for place, item in enumerate(items, start=1):
        # Items without any numbers can only be told apart by their order, if none is missing.
        number = _number_of(item) if numbered else place if len(items) == count else None
        if number is not None:
            by_number.setdefault(number, []).append(_judgement(item))
    return [_agreed(by_number.get(number, [])) for number in range(1, count + 1)]


def _agreed(found: list[Judgement]) -> Judgement:
    if not found:
        return Judgement("unchecked", fault="missing")
    if len({item.verdict for item in found}) > 1:
        return Judgement("unchecked", fault="twice")
    return found[-1]


def _items(text: str) -> Iterator[dict[str, Any]]:
    """Every object with a verdict in it, at whatever depth of whatever JSON the text holds."""
    decoder = json.JSONDecoder()
    place = failures = 0
    while failures < _FAILURES:
        opening = _OPENING.search(text, place)
        if opening is None:
            return
        try:
            value, place = decoder.raw_decode(text, opening.start())
        except (ValueError, RecursionError):
            failures += 1
            place = opening.end()
            continue
        yield from _with_verdict(value, 4)


def _with_verdict(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and "verdict" in value:
        yield value
    elif depth and isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _with_verdict(inner, depth - 1)


def _number_of(item: dict[str, Any]) -> int | None:
    for name in ("claim", "number", "n", "id", "index"):
        value = item.get(name)
        if isinstance(value, bool):
            continue
        if isinstance(value, (int, float)):
            return int(value) if value == value and abs(value) < 1e6 else None
        if isinstance(value, str) and (match := _NUMBER.fullmatch(value)):
            return int(match[1])
    return None


def _judgement(item: dict[str, Any]) -> Judgement:
    given = item["verdict"]
    word = " ".join(re.split(r"[\s_-]+", given.strip().lower())) if isinstance(given, str) else ""
    kind, reason = item.get("kind"), _text(item.get("reason"))
    kind = kind if isinstance(kind, str) and kind in KINDS else "other"
    verdict = _VERDICTS.get(word)
    if verdict is None:
        return Judgement("unchecked", kind=kind, fault=repr(given)[:40])
    return Judgement(verdict, _text(item.get("quote"), 2000), kind, reason)


def _text(value: Any, most: int = 300) -> str:
    """A text of the reply; a list of quotations is joined, anything else is none."""
    if isinstance(value, list):
        value = " … ".join(item for item in value if isinstance(item, str))
    return value.strip()[:most] if isinstance(value, str) else ""


def _excerpt(text: str) -> str:
    return " ".join(text.split())[:80]
