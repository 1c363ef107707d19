"""What a request will cost, before it is sent: a low and a high figure, and what they rest on.

Low takes an answer of the length that the prompt asks for; high takes the longest answer that the
parameters allow. Both bill the prompt's tokens in full: whether the provider's cache helps is not
known beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from summarizer.models.base import Usage
from summarizer.prices import cost_usd, max_output_of, price_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from summarizer.jsonlines import Json
    from summarizer.models.base import Length

__all__ = ["UNCAPPED_ANSWER", "RequestCost", "Total", "estimate_request", "total"]

UNCAPPED_ANSWER = 4096
"""Tokens taken for the longest answer where nothing bounds it."""

# o200k over Chinese and English prose: about 0.75 tokens a character, 1.3 tokens a word.
_TOKENS_PER_UNIT = {"chars": 0.75, "words": 1.3}


@dataclass(frozen=True, slots=True)
class RequestCost:
    """One request, or the sum of some."""

    prompt_tokens: int
    answer_low: int
    answer_high: int
    low_usd: float | None
    """None where the price is unknown."""
    high_usd: float | None


@dataclass(slots=True)
class Total:
    """What a batch will cost."""

    calls: int = 0
    prompt_tokens: int = 0
    answer_low: int = 0
    answer_high: int = 0
    low_usd: float | None = 0.0
    high_usd: float | None = 0.0

    def add(self, cost: RequestCost) -> None:
        """Count one request in; one of unknown price makes the sum unknown."""
        self.calls += 1
        self.prompt_tokens += cost.prompt_tokens
        self.answer_low += cost.answer_low
        self.answer_high += cost.answer_high
        self.low_usd = _sum(self.low_usd, cost.low_usd)
        self.high_usd = _sum(self.high_usd, cost.high_usd)

    def to_json(self) -> Json:
        """For ``--dry-run --json``."""
        return {
            "calls": self.calls,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens_low": self.answer_low,
            "completion_tokens_high": self.answer_high,
            "cost_usd_low": self.low_usd,
            "cost_usd_high": self.high_usd,
        }


def estimate_request(
    prompt_tokens: int,
    model: str,
    *,
    params: Mapping[str, Any] | None = None,
    length: Length | None = None,
    batch: bool = False,
) -> RequestCost:
    """The cost of one request to `model`.

    Args:
        prompt_tokens: as `summarizer.tokens.count_messages` counts them.
        model: name or spec.
        params: of the request; ``max_completion_tokens`` or ``max_tokens`` bounds the answer.
        length: what the prompt asks for.
        batch: at the prices of the Batch API.
    """
    if model.startswith(("extractive:", "replay:")):
        return RequestCost(prompt_tokens, 0, 0, 0.0, 0.0)
    high = _longest_answer(model, params or {})
    low = high // 4
    if length is not None:
        low = round(length.target * _TOKENS_PER_UNIT.get(length.unit, 1.0))
    low = min(low, high)
    price = price_of(model, batch=batch)
    return RequestCost(
        prompt_tokens,
        low,
        high,
        cost_usd(Usage(prompt_tokens, low), price),
        cost_usd(Usage(prompt_tokens, high), price),
    )


def total(costs: Iterable[RequestCost]) -> Total:
    """The sum of some requests."""
    result = Total()
    for cost in costs:
        result.add(cost)
    return result


def _longest_answer(model: str, params: Mapping[str, Any]) -> int:
    for name in ("max_completion_tokens", "max_tokens"):
        value = params.get(name)
        if isinstance(value, int) and value > 0:
            return value
    return min(UNCAPPED_ANSWER, max_output_of(model) or UNCAPPED_ANSWER)


def _sum(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else left + right
