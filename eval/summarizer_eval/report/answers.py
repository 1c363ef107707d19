"""The answer in short: for each variant what is better and what is worse than the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from summarizer.jsonlines import Json

__all__ = ["answers", "differences"]


def answers(head: Json) -> list[Json]:
    """One a candidate: ``{variant, word, better: [NAME], worse: [NAME], open: [NAME]}``.

    Of the main metrics that have a direction. `word` is ``better`` or ``worse`` where all verdicts
    agree, ``trade-off`` where they do not, ``not shown`` where there is none.
    """
    if not head["comparison"]:
        return []
    found = []
    for candidate in head["comparison"]["candidates"]:
        by_verdict: dict[str, list[str]] = {}
        for metric in head["metrics"]:
            entry: Any = candidate["metrics"].get(metric["name"])
            if metric["main"] and metric["direction"] != "neutral" and entry:
                by_verdict.setdefault(entry["verdict"], []).append(metric["name"])
        better, worse = by_verdict.get("better", []), by_verdict.get("worse", [])
        found.append(
            {
                "variant": candidate["variant"],
                "word": _word(bool(better), bool(worse)),
                "better": better,
                "worse": worse,
                "open": by_verdict.get("can't tell", []),
            }
        )
    return found


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
