"""One generation: a document × a prompt × a model × a sample, and its reply."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from summarizer.models.base import ChatMessage, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from summarizer.jsonlines import Json

__all__ = [
    "GENERATION_SCHEMA",
    "Cut",
    "Failure",
    "Generation",
    "Status",
    "messages_sha256",
    "request_key",
]

GENERATION_SCHEMA = 1

Status = Literal["ok", "empty", "length", "refused", "filtered", "error"]


def request_key(
    messages: Sequence[ChatMessage],
    *,
    model: str,
    endpoint: str,
    params: Mapping[str, Any],
    sample: int,
) -> str:
    """The identity of a request: a hash of what can change its answer, 32 hex digits.

    Never a position, a label or a secret: a rotated key or another port on this machine asks
    nothing again, a changed text, prompt, parameter, model or host does.
    """
    content = json.dumps(
        [list(messages), model, endpoint, dict(params), sample],
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(content.encode("ascii")).hexdigest()[:32]


def messages_sha256(messages: Sequence[ChatMessage]) -> str:
    """Hex SHA-256 of the messages alone: what a recorded reply is matched on, any endpoint."""
    content = json.dumps(list(messages), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Cut:
    """How much of a source that was too long for the context window was sent, in tokens."""

    kept: int
    of: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no reply."""

    type: str
    message: str


@dataclass(frozen=True, slots=True)
class Generation:
    """One line of ``generations.jsonl``."""

    key: str
    document: str
    text_sha256: str
    prompt: str
    prompt_sha256: str
    model: str
    endpoint: str
    params: Mapping[str, Any]
    sample: int
    reply: Json | None
    """The raw reply; None where none came."""
    summary: str | None
    """The reply after clean-up; None unless the status is ``ok`` or ``length``."""
    status: Status
    cleanup: tuple[str, ...] = ()
    """Names of the clean-up steps that changed the text, in order."""
    cut: Cut | None = None
    finish_reason: str | None = None
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None
    """US dollars; None where it was not measured or the price is unknown."""
    latency_s: float | None = None
    """Seconds from sending to the last byte; None where it was not measured."""
    attempts: int = 1
    cached: bool = False
    error: Failure | None = None
    created_at: str = ""
    """UTC, ISO 8601."""

    def to_json(self) -> Json:
        """The row as it stands in ``generations.jsonl`` (GENERATION_SCHEMA)."""
        usage: Json = {
            "prompt_tokens": self.usage.prompt_tokens,
            "completion_tokens": self.usage.completion_tokens,
        }
        if self.usage.cached_tokens is not None:
            usage["cached_tokens"] = self.usage.cached_tokens
        return {
            "schema": GENERATION_SCHEMA,
            "key": self.key,
            "document": self.document,
            "text_sha256": self.text_sha256,
            "prompt": self.prompt,
            "prompt_sha256": self.prompt_sha256,
            "model": self.model,
            "endpoint": self.endpoint,
            "params": dict(self.params),
            "sample": self.sample,
            "reply": self.reply,
            "summary": self.summary,
            "cleanup": list(self.cleanup),
            "cut": None if self.cut is None else {"kept": self.cut.kept, "of": self.cut.of},
            "status": self.status,
            "finish_reason": self.finish_reason,
            "usage": usage,
            "cost_usd": self.cost_usd,
            "latency_s": self.latency_s,
            "attempts": self.attempts,
            "cached": self.cached,
            "error": None
            if self.error is None
            else {"type": self.error.type, "message": self.error.message},
            "created_at": self.created_at,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Generation:
        """The inverse of `to_json`."""
        usage, cut, error = row["usage"], row["cut"], row["error"]
        return cls(
            key=row["key"],
            document=row["document"],
            text_sha256=row["text_sha256"],
            prompt=row["prompt"],
            prompt_sha256=row["prompt_sha256"],
            model=row["model"],
            endpoint=row["endpoint"],
            params=row["params"],
            sample=row["sample"],
            reply=row["reply"],
            summary=row["summary"],
            status=row["status"],
            cleanup=tuple(row["cleanup"]),
            cut=None if cut is None else Cut(cut["kept"], cut["of"]),
            finish_reason=row["finish_reason"],
            usage=Usage(
                usage.get("prompt_tokens"),
                usage.get("completion_tokens"),
                usage.get("cached_tokens"),
            ),
            cost_usd=row["cost_usd"],
            latency_s=row["latency_s"],
            attempts=row["attempts"],
            cached=row["cached"],
            error=None if error is None else Failure(error["type"], error["message"]),
            created_at=row["created_at"],
        )
