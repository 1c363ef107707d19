"""Recorded replies as a transport: the same requests, answered from a file, without network.

The file is JSON Lines: recorded replies (``schema replay``), a run's ``generations.jsonl``, or what
``cache export`` writes. Replies are matched on their messages, model, parameters and sample, never
on the endpoint that made them. ``handwritten`` replies answer for any model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.errors import InputError, ReplayMiss
from summarizer.generation import messages_sha256, request_key
from summarizer.jsonlines import read_lines
from summarizer.models.base import Reply, Usage

if TYPE_CHECKING:
    from summarizer.jsonlines import Json
    from summarizer.models.base import Request

__all__ = ["HANDWRITTEN", "REPLAY_SCHEMA", "Recording", "ReplayModel", "reply_from_raw"]

REPLAY_SCHEMA = 1
HANDWRITTEN = "handwritten"


@dataclass(slots=True)
class Recording:
    """The replies of one file."""

    path: str
    by_messages: dict[tuple[str, int], list[Json]] = field(default_factory=dict)
    by_key: dict[str, Json] = field(default_factory=dict)
    endpoints: set[tuple[str, str]] = field(default_factory=set)
    """(model, endpoint) of rows that carry a request key."""
    models: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, path: str | Path) -> Recording:
        """Read a file of recorded replies.

        Raises:
            InputError: it is absent, or a row is neither a reply nor a generation.
        """
        recording = cls(str(path))
        target = Path(path)
        if target.is_dir():
            target = target / "generations.jsonl"
        for number, row in read_lines(target):
            if not isinstance(row.get("model"), str) or "reply" not in row:
                raise InputError("is no recorded reply", where=f"{path}:{number}")
            if row["reply"] is None:
                continue
            recording.models.add(row["model"])
            if isinstance(row.get("messages_sha256"), str):
                place = (row["messages_sha256"], int(row.get("sample") or 0))
                recording.by_messages.setdefault(place, []).append(row)
            elif isinstance(row.get("key"), str):
                recording.by_key[row["key"]] = row
                recording.endpoints.add((row["model"], str(row.get("endpoint", ""))))
        return recording

    def find(self, request: Request, model: str | None) -> Json | None:
        """The row that answers a request; the last one recorded wins."""
        rows = self.by_messages.get((messages_sha256(request.messages), request.sample), [])
        for wanted in (model, HANDWRITTEN):
            for row in reversed(rows):
                if wanted is not None and row["model"] != wanted:
                    continue
                if row.get("params") in (None, dict(request.params)):
                    return row
        for recorded, endpoint in sorted(self.endpoints):
            if model is None or recorded == model:
                key = request_key(
                    request.messages,
                    model=recorded,
                    endpoint=endpoint,
                    params=request.params,
                    sample=request.sample,
                )
                if key in self.by_key:
                    return self.by_key[key]
        return None


class ReplayModel:
    """Answers for a model from a recording; a miss names document and prompt."""

    accepted: frozenset[str] | None = None

    def __init__(self, recording: Recording, *, spec: str, name: str, endpoint: str) -> None:
        self.recording = recording
        self.spec = spec
        self.name = name
        self.endpoint = endpoint

    @classmethod
    def of_file(cls, path: str) -> ReplayModel:
        """``replay:FILE``: the one model recorded in it.

        Raises:
            InputError: several models are recorded in it, or none.
        """
        recording = Recording.load(path)
        if len(recording.models) != 1:
            found = ", ".join(sorted(recording.models)) or "none"
            raise InputError(
                f"records {len(recording.models)} models ({found})",
                where=path,
                hint="name one: --model openai:NAME --offline FILE",
            )
        (name,) = recording.models
        return cls(recording, spec=f"replay:{path}", name=name, endpoint="replay")

    async def complete(self, request: Request) -> Reply:
        """Answer one request.

        Raises:
            ReplayMiss: no reply was recorded for it.
        """
        row = self.recording.find(request, self.name)
        if row is None:
            raise ReplayMiss(
                f"no recorded reply for document {request.document!r}, prompt {request.prompt!r}, "
                f"model {self.name!r}",
                where=self.recording.path,
                hint="the document or the prompt has changed since: record it again",
            )
        return _reply(row)

    async def aclose(self) -> None:
        """Nothing to release."""


def _reply(row: Json) -> Reply:
    given = row["reply"]
    usage = row.get("usage") or {}
    if isinstance(given, str):
        raw: Json = {"text": given, "model": row["model"]}
        return Reply(
            given,
            raw,
            row.get("finish_reason"),
            None,
            Usage(
                usage.get("prompt_tokens"),
                usage.get("completion_tokens"),
                usage.get("cached_tokens"),
            ),
            row["model"],
            row.get("latency_s"),
        )
    return reply_from_raw(given, latency_s=row.get("latency_s"))


def reply_from_raw(raw: Json, *, latency_s: float | None = None) -> Reply:
    """A reply from its raw JSON: a chat completion, or ours of an embedded or handwritten one."""
    choices: Any = raw.get("choices")
    if isinstance(choices, list) and choices:
        message = choices[0].get("message", {})
        usage = raw.get("usage") or {}
        details = usage.get("prompt_tokens_details") or {}
        return Reply(
            message.get("content"),
            raw,
            choices[0].get("finish_reason"),
            message.get("refusal"),
            Usage(
                usage.get("prompt_tokens"),
                usage.get("completion_tokens"),
                details.get("cached_tokens"),
            ),
            raw.get("model"),
            latency_s,
        )
    return Reply(raw.get("text"), raw, "stop", model=raw.get("model"), latency_s=latency_s)
