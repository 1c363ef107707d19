"""What a batch came to, counted as it runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from summarizer.generation import Generation

__all__ = ["Totals"]


@dataclass(slots=True)
class Totals:
    """What a batch came to."""

    planned: int = 0
    kept: int = 0
    """Answered by an earlier session."""
    shared: int = 0
    """Equal to another request of the plan, which is asked once."""
    cached: int = 0
    asked: int = 0
    """New replies."""
    failed: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    first_errors: dict[str, str] = field(default_factory=dict)
    """Of each kind of error, what the first one said."""
    retries: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost_usd: float | None = None
    seconds: float = 0.0

    def add(self, generation: Generation) -> None:
        """Count one new generation in."""
        self.statuses[generation.status] += 1
        if generation.status == "error":
            self.failed += 1
            type_ = generation.error.type if generation.error else "unknown"
            self.errors[type_] += 1
            if generation.error and generation.error.message:
                self.first_errors.setdefault(type_, generation.error.message)
        elif generation.cached:
            self.cached += 1
        else:
            self.asked += 1
        usage = generation.usage
        if usage.prompt_tokens is not None and not generation.cached:
            self.prompt_tokens = (self.prompt_tokens or 0) + usage.prompt_tokens
            self.completion_tokens = (self.completion_tokens or 0) + (usage.completion_tokens or 0)
        if generation.cost_usd is not None and not generation.cached:
            self.cost_usd = (self.cost_usd or 0.0) + generation.cost_usd

    def to_json(self) -> dict[str, Any]:
        """As ``run.json`` and ``--json`` have it."""
        return {
            "planned": self.planned,
            "kept": self.kept,
            "shared": self.shared,
            "cached": self.cached,
            "asked": self.asked,
            "failed": self.failed,
            "statuses": dict(sorted(self.statuses.items())),
            "errors": dict(sorted(self.errors.items())),
            "first_errors": dict(sorted(self.first_errors.items())),
            "retries": dict(sorted(self.retries.items())),
            "sent": self.sent,
            "usage": {
                "prompt_tokens": self.prompt_tokens,
                "completion_tokens": self.completion_tokens,
            },
            "cost_usd": self.cost_usd,
            "seconds": round(self.seconds, 3),
        }
