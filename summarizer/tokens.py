"""Counting tokens, and fitting a source to a context window. The one home of tiktoken.

The ranks of ``cl100k_base`` and ``o200k_base`` come with the package, so that nothing is
downloaded; tiktoken checks their hashes. A user's own ``TIKTOKEN_CACHE_DIR`` goes first where it
holds the ranks. A model that tiktoken's table does not know is counted with ``o200k_base``, and
the count says that it is an estimate.
"""

from __future__ import annotations

import hashlib
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.errors import InputError, PromptError
from summarizer.generation import Cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import tiktoken

    from summarizer.document import Document
    from summarizer.models.base import ChatMessage
    from summarizer.prompt import Prompt

__all__ = [
    "DEFAULT_RESERVE",
    "Fitted",
    "TokenCount",
    "context_window",
    "count_messages",
    "count_text",
    "fit",
]

FALLBACK = "o200k_base"
DEFAULT_RESERVE = 1024
"""Tokens kept free for the answer where neither prompt nor parameters say."""

# encoding -> (its address, whose SHA-1 is tiktoken's cache name; SHA-256 of the ranks)
_ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
_RANKS = {
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
}
_SAME_RANKS = {"o200k_harmony": "o200k_base"}

# What each message costs beside its content, and what primes the answer (OpenAI's cookbook,
# "How to count tokens with tiktoken", the figures for gpt-3.5-turbo-0613 and later).
_PER_MESSAGE = 3
_PRIMING = 3

_PIECE = 100_000
"""Characters encoded at once: bounds tiktoken's time and stack on one endless run."""

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A number of tokens."""

    tokens: int
    exact: bool
    """False where the model's own encoding is not known: an estimate."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Messages that fit a context window."""

    messages: tuple[ChatMessage, ...]
    tokens: int
    exact: bool
    cut: Cut | None
    """How much of the source was kept, in tokens; None where all was."""
    source_text: str = ""
    """The source as it stands in the messages."""


def count_text(text: str, model: str) -> TokenCount:
    """Tokens of a text, as `model` counts them."""
    name, exact = _encoding_name(_bare(model))
    encoding = _encoding(name)
    # A piece's border can split one token in two: then the sum is an estimate, by one at most.
    tokens = sum(len(encoding.encode_ordinary(piece)) for piece in _pieces(text))
    return TokenCount(tokens, exact and len(text) <= _PIECE)


def count_messages(messages: Sequence[ChatMessage], model: str) -> TokenCount:
    """Tokens of a chat as it is billed: contents, roles and what frames each message."""
    total, exact = _PRIMING, True
    for message in messages:
        counted = count_text(message["content"], model)
        exact = exact and counted.exact
        total += _PER_MESSAGE + counted.tokens + count_text(message["role"], model).tokens
    return TokenCount(total, exact)


def context_window(model: str) -> int | None:
    """Tokens that fit into one request (prompt and answer) by the data file; None if unknown."""
    from summarizer.prices import window_of

    return window_of(_bare(model))


def fit(
    prompt: Prompt, document: Document, model: str, window: int | None, reserve: int | None = None
) -> Fitted:
    """The messages for a document, its source cut at a sentence end where the window needs it.

    Args:
        prompt: the template.
        document: what is to be summarized.
        model: for counting.
        window: tokens of the context window; None: nothing is cut.
        reserve: tokens kept free for the answer; None: the prompt's own limit, else 1,024.

    Raises:
        PromptError: the window has no room even for the prompt without its source.
    """
    messages = prompt.render(document)
    counted = count_messages(messages, model)
    if reserve is None:
        reserve = _answer_tokens(prompt)
    if window is None or counted.tokens <= window - reserve:
        return Fitted(messages, counted.tokens, counted.exact, None, document.source_text)
    room = window - reserve
    bare = count_messages(prompt.render(document, source_text=""), model).tokens
    if bare >= room:
        raise PromptError(
            f"the prompt alone takes {bare} tokens; the window of {window} leaves {room}",
            where=f"{prompt.name} for {document.id}",
            hint="give a larger --context-window or a smaller max_completion_tokens",
        )
    return _cut(prompt, document, model, room, room - bare)


def _cut(prompt: Prompt, document: Document, model: str, room: int, source_room: int) -> Fitted:
    """Keep whole sentences from the start; measured again whole, since joins change counts."""
    text = document.source_text
    of = count_text(text, model).tokens
    while True:
        kept = _head(text, model, max(source_room, 0))
        messages = prompt.render(document, source_text=kept)
        counted = count_messages(messages, model)
        if counted.tokens <= room or not kept:
            break
        # A template that uses the source twice, or a border that joins tokens: ask for less.
        source_room = min(source_room - 1, source_room - (counted.tokens - room) // 2)
    if not kept:
        raise PromptError(
            "no part of the source fits the context window",
            where=f"{prompt.name} for {document.id}",
            hint="give a larger --context-window",
        )
    cut = Cut(count_text(kept, model).tokens, of)
    return Fitted(messages, counted.tokens, counted.exact, cut, kept)


def _head(text: str, model: str, tokens: int) -> str:
    """The longest beginning of at most so many tokens that ends at a sentence's end.

    Where not even the first sentence fits, it is cut after a character.
    """
    from summarizer.sentences import sentence_spans

    ends = [end for _, end in sentence_spans(text)]
    best = _largest(ends, lambda end: count_text(text[:end], model).tokens <= tokens)
    if best is not None:
        return text[:best]
    first = ends[0] if ends else 0
    whole = _largest(range(1, first), lambda end: count_text(text[:end], model).tokens <= tokens)
    return text[: whole or 0]


def _largest(values: Sequence[int], good: Callable[[int], bool]) -> int | None:
    """The largest of ascending values that is still good, by bisection."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if good(values[middle]):
            low = middle + 1
        else:
            high = middle
    return values[low - 1] if low else None


def _answer_tokens(prompt: Prompt) -> int:
    for name in ("max_completion_tokens", "max_tokens"):
        value = prompt.params.get(name)
        if isinstance(value, int) and value > 0:
            return value
    return DEFAULT_RESERVE


def _bare(model: str) -> str:
    """A model's name without the kind of its spec: ``openai:gpt-4o`` is ``gpt-4o``."""
    return model.removeprefix("openai:")


@lru_cache(maxsize=256)
def _encoding_name(model: str) -> tuple[str, bool]:
    from tiktoken.model import encoding_name_for_model

    # OpenRouter and others put the vendor before the name.
    for name in (model, model.removeprefix("openai/")):
        try:
            encoding = encoding_name_for_model(name)
        except KeyError:
            continue
        if encoding in _RANKS or encoding in _SAME_RANKS:
            return encoding, True
    return FALLBACK, False


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]


@lru_cache(maxsize=4)
def _encoding(name: str) -> tiktoken.Encoding:
    """An encoding of tiktoken's, loaded from ranks that are on this disk.

    Raises:
        InputError: the package's data file is damaged.
    """
    from tiktoken import get_encoding

    ranks = _SAME_RANKS.get(name, name)
    cache_name = hashlib.sha1(_ADDRESS.format(ranks).encode(), usedforsecurity=False).hexdigest()
    own = os.environ.get("TIKTOKEN_CACHE_DIR") or os.environ.get("DATA_GYM_CACHE_DIR")
    if own and (Path(own) / cache_name).is_file():
        return get_encoding(name)
    folder = Path(str(files("summarizer"))) / "data" / "tiktoken"
    data = folder / cache_name
    # tiktoken deletes a cached file of the wrong hash and downloads it: never let it come to that.
    if not data.is_file() or hashlib.sha256(data.read_bytes()).hexdigest() != _RANKS[ranks]:
        raise InputError("is damaged or absent", where=data, hint="reinstall summarizer-toolkit")
    with _lock, _cache_dir(folder):
        return get_encoding(name)


@contextmanager
def _cache_dir(folder: Path) -> Iterator[None]:
    """tiktoken's cache folder for the time of one load; the user's own setting comes back."""
    before = os.environ.get("TIKTOKEN_CACHE_DIR")
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TIKTOKEN_CACHE_DIR"]
        else:
            os.environ["TIKTOKEN_CACHE_DIR"] = before
