"""The answer in short: for each variant what is better and what is worse than the baseline.

The word for all of it is that of the primary metrics alone: `compare` corrects those for how many
they are. The others are named with it, uncorrected: of ten equal ones, were they independent, one
would seem better or worse in two reports of five (1 - 0.95^10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from summarizer.jsonlines import Json

__all__ = ["answers", "differences"]

_KINDS = {"better": "better", "worse": "worse", "can't tell": "open"}


def answers(head: Json) -> list[Json]:
    """One a candidate: ``{variant, word, better, worse, open, others: {better, worse, open}}``.

    Lists of metrics' names: the primary ones, and the other main ones that have a direction. `word`
    is ``better`` or ``worse`` where all verdicts agree, ``trade-off`` where they do not, ``not
    shown`` where there is none. Without a primary metric the others decide.
    """
    if not head["comparison"]:
        return []
    return [_answer(head, candidate) for candidate in head["comparison"]["candidates"]]


def _answer(head: Json, candidate: Json) -> Json:
    primary: dict[str, list[str]] = {kind: [] for kind in _KINDS.values()}
    others: dict[str, list[str]] = {kind: [] for kind in _KINDS.values()}
    for metric in head["metrics"]:
        entry: Any = candidate["metrics"].get(metric["name"])
        if metric["direction"] == "neutral" or not entry:
            continue
        if entry["primary"] or metric["main"]:
            found = primary if entry["primary"] else others
            found[_KINDS[entry["verdict"]]].append(metric["name"])
    decides = primary if any(primary.values()) else others
    word = _word(bool(decides["better"]), bool(decides["worse"]))
    return {"variant": candidate["variant"], "word": word, **primary, "others": others}


def differences(head: Json, name: str) -> dict[int, Json]:
    """By variant: how one metric differs from the baseline's, where both have it."""
    if not head["comparison"]:
        return {}
    return {
        candidate["variant"]: candidate["metrics"][name]
        for candidate in head["comparison"]["candidates"]
        if name in candidate["metrics"]
    }


def _word(better: bool, worse: bool) -> str:
    if better and worse:
        return "trade-off"
    return "better" if better else "worse" if worse else "not shown"
