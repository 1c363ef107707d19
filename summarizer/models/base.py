"""What a model is to the rest of the house: a request in, a reply out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypedDict, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer.jsonlines import Json

__all__ = ["ChatMessage", "Length", "Model", "Reply", "Request", "Usage"]


class ChatMessage(TypedDict):
    """One message of a chat, as the chat completions protocol has it."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Length:
    """How long a summary should be."""

    target: int
    """Characters where the language is Chinese, words otherwise."""
    unit: str = "chars"
    """``chars`` or ``words``."""
    maximum: int | None = None
    """In the same unit; above it the format is not kept. None: no bound."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counted them; None where it did not say."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    """Of the prompt tokens, those served from the provider's cache."""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask of a model: everything it may depend on, and nothing else."""

    key: str
    """Content hash (see `summarizer.generation.request_key`)."""
    document: str
    """Id, for errors and for replay; never part of the key."""
    prompt: str
    """Name of the prompt, for errors and for replay; never part of the key."""
    messages: tuple[ChatMessage, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    """Passed through to the endpoint: temperature, max_completion_tokens, seed, …"""
    sample: int = 0
    source_text: str = ""
    """What embedded models summarize; equal to what stands in the messages."""
    length: Length | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, before any clean-up."""

    text: str | None
    """The answer's content; None where the server sent none."""
    raw: Json = field(default_factory=dict)
    """The reply as it came, JSON; what is made durable."""
    finish_reason: str | None = None
    refusal: str | None = None
    usage: Usage = field(default_factory=Usage)
    model: str | None = None
    """Who made it, as the server says; ``handwritten`` for a person."""
    latency_s: float | None = None


@runtime_checkable
class Model(Protocol):
    """Answers requests. Implementations are safe for concurrent use on one event loop."""

    spec: str
    """As on the command line, e.g. ``openai:gpt-4.1-mini``."""
    name: str
    """What goes into the key and the figures, e.g. ``gpt-4.1-mini``."""
    endpoint: str
    """Host and path without user, query or loopback port; ``embedded`` or ``replay``."""
    accepted: frozenset[str] | None
    """Parameters that change the answer; None where all do (then all enter the key)."""

    async def complete(self, request: Request) -> Reply:
        """Answer one request, or raise `summarizer.models.failures.RequestFailed`."""
        ...

    async def aclose(self) -> None:
        """Release connections."""
        ...
