"""From a model spec on the command line to a `Model`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from summarizer.errors import EndpointUnusable, InputError

if TYPE_CHECKING:
    from summarizer.models.base import Model

__all__ = ["api_key_of", "make_model"]

_METHODS = ("lead", "lexrank")


def make_model(
    spec: str,
    *,
    base_url: str | None = None,
    api_key_file: str | Path | None = None,
    offline: str | Path | None = None,
    timeout_s: float = 120.0,
    connections: int = 64,
) -> Model:
    """The model that a spec names.

    Args:
        spec: ``openai:NAME``, ``extractive:lexrank``, ``extractive:lead`` or ``replay:FILE``.
        base_url: of an OpenAI-compatible server; else ``OPENAI_BASE_URL``, else OpenAI's.
        api_key_file: holds the key; else ``OPENAI_API_KEY``.
        offline: recorded replies that answer instead of the endpoint.
        timeout_s: seconds for one request.
        connections: how many at most at once.

    Raises:
        InputError: no such kind of model.
        EndpointUnusable: OpenAI's endpoint without a key, or an address that is none.
    """
    kind, _, name = spec.partition(":")
    if kind == "extractive" and name in _METHODS:
        from summarizer.models.extractive import LeadModel, LexRankModel

        return LeadModel() if name == "lead" else LexRankModel()
    if kind == "replay" and name:
        from summarizer.models.replay import ReplayModel

        return ReplayModel.of_file(name)
    if kind != "openai" or not name:
        raise InputError(
            f"{spec!r} is no model",
            hint="write openai:NAME, extractive:lexrank, extractive:lead or replay:FILE",
        )
    from summarizer.models.openai_chat import DEFAULT_BASE_URL, OpenAIChatModel, endpoint_of

    address = base_url or os.environ.get("OPENAI_BASE_URL") or DEFAULT_BASE_URL
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise EndpointUnusable("is no http address", where=address.split("?")[0])
    if offline is not None:
        from summarizer.models.replay import Recording, ReplayModel

        recording = Recording.load(offline)
        return ReplayModel(recording, spec=spec, name=name, endpoint=endpoint_of(address))
    return OpenAIChatModel(
        name,
        base_url=address,
        api_key=api_key_of(api_key_file, parts.hostname),
        timeout_s=timeout_s,
        connections=connections,
    )


def api_key_of(file: str | Path | None, host: str) -> str:
    """The key of a file, else of ``OPENAI_API_KEY``; ``none`` where a server needs none.

    Raises:
        InputError: the file can't be read, or is empty.
        EndpointUnusable: OpenAI's endpoint, and there is no key.
    """
    if file is not None:
        try:
            key = Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise InputError(error.strerror or str(error), where=file) from error
        if not key:
            raise InputError("holds no key", where=file)
        return key
    key = os.environ.get("OPENAI_API_KEY", "").strip()
    if not key and host == "api.openai.com":
        raise EndpointUnusable(
            "no API key", where=host, hint="set OPENAI_API_KEY, or give --api-key-file"
        )
    return key or "none"
