"""Counting tokens and fitting a source to a context window. The one home of tiktoken.

The ranks of the two encodings that matter are shipped, so nothing is downloaded. A model that
tiktoken does not know is counted with ``o200k_base``, and the count is marked as an estimate.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.errors import PromptError
from summarizer.generation import Cut
from summarizer.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoken import Encoding

    from summarizer.document import Document
    from summarizer.models.base import ChatMessage
    from summarizer.prompt import Prompt

__all__ = ["Fitted", "TokenCount", "count_messages", "count_text", "fit"]

DEFAULT_ENCODING = "o200k_base"
_SHIPPED = ("o200k_base", "cl100k_base")
# OpenAI's cookbook: a chat costs 3 tokens a message, and 3 that open the answer.
_PER_MESSAGE = 3
_PER_REPLY = 3


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A number of tokens."""

    tokens: int
    exact: bool
    """Whether the model's own encoding was used; else an estimate."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Messages that fit a context window."""

    messages: tuple[ChatMessage, ...]
    tokens: int | None
    """None where nothing had to be counted."""
    exact: bool
    cut: Cut | None
    """How much of the source was sent, where it was too long."""


def count_text(text: str, model: str) -> TokenCount:
    """Tokens of a text for a model.

    >>> count_text("Hello, world", "gpt-4o").tokens
    3
    """
    encoding, exact = _encoding_of(model)
    # Lone surrogates have no tokens; special tokens in a source are text.
    valid = text.encode("utf-8", "replace").decode("utf-8")
    return TokenCount(len(encoding.encode_ordinary(valid)), exact)


def count_messages(messages: Sequence[ChatMessage], model: str) -> TokenCount:
    """Prompt tokens of a chat for a model."""
    counts = [count_text(message["content"], model) for message in messages]
    tokens = sum(count.tokens + _PER_MESSAGE + 1 for count in counts) + _PER_REPLY
    return TokenCount(tokens, all(count.exact for count in counts))


def fit(
    prompt: Prompt, document: Document, model: str, *, window: int | None, reserve: int = 1024
) -> Fitted:
    """The messages for a document, its source cut at a sentence end where it is too long.

    Args:
        window: tokens that the model takes; None: unknown, and nothing is cut.
        reserve: tokens kept free for the answer.

    Raises:
        PromptError: the prompt without any source is too long already.
    """
    messages = prompt.render(document)
    if window is None:
        return Fitted(messages, None, exact=False, cut=None)
    room = window - reserve
    # A token is at least one byte: most documents need no counting at all.
    if sum(len(message["content"].encode("utf-8")) + 8 for message in messages) <= room:
        return Fitted(messages, None, exact=False, cut=None)
    count = count_messages(messages, model)
    if count.tokens <= room:
        return Fitted(messages, count.tokens, count.exact, cut=None)
    return _cut(prompt, document, model, room)


def _cut(prompt: Prompt, document: Document, model: str, room: int) -> Fitted:
    """The longest run of first sentences that fits, by bisection over sentence ends."""
    text = document.source_text
    ends = [end for _, end in sentence_spans(text)] or [0]
    bare = count_messages(prompt.render(document, source_text=""), model).tokens
    if bare > room:
        raise PromptError(
            f"needs {bare} tokens without any source, {room} are free", where=prompt.name
        )
    first = count_text(text[: ends[0]], model).tokens
    if bare + first > room:  # one endless sentence: cut it between characters
        ends = list(range(0, ends[0], max(1, ends[0] // 4096)))
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if bare + count_text(text[: ends[middle]], model).tokens + 8 <= room:
            low = middle
        else:
            high = middle - 1
    kept = text[: ends[low]]
    messages = prompt.render(document, source_text=kept)
    count = count_messages(messages, model)
    whole = count_text(text, model).tokens
    return Fitted(messages, count.tokens, count.exact, Cut(count_text(kept, model).tokens, whole))


def encoding_name(model: str) -> tuple[str, bool]:
    """The encoding of a model, and whether it is the model's own (tiktoken's table) or a guess."""
    from tiktoken.model import encoding_name_for_model

    try:
        name = encoding_name_for_model(model.split("/", 1)[-1])
    except KeyError:
        return DEFAULT_ENCODING, False
    return (name, True) if name in _SHIPPED else (DEFAULT_ENCODING, False)


@cache
def _encoding_of(model: str) -> tuple[Encoding, bool]:
    name, exact = encoding_name(model)
    return _encoding(name), exact


@cache
def _encoding(name: str) -> Encoding:
    import tiktoken

    own = Path(str(files("summarizer"))) / "data" / "tiktoken"
    theirs = {key: os.environ.get(key) for key in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR")}
    if any(theirs.values()):
        return tiktoken.get_encoding(name)
    os.environ["TIKTOKEN_CACHE_DIR"] = str(own)  # read once, while the ranks are loaded
    try:
        return tiktoken.get_encoding(name)
    finally:
        del os.environ["TIKTOKEN_CACHE_DIR"]
