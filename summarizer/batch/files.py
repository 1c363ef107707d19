"""Batch files: a run's requests out. No network.

Guarantee: a request's ``custom_id`` is its content key, so a result finds its request whoever made
it and in whatever order. Export builds the run
beside its place and moves it there whole: there is no half-made one.

The shape is OpenAI's (Batch API guide): one JSON object a line, ``custom_id``, ``method``, ``url``
and ``body``; at most 50,000 requests and 200 MB a file.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.errors import InputError, RunError
from summarizer.estimate import Total, estimate_request
from summarizer.generation import request_key
from summarizer.jsonlines import Json, dump_line, read_json, read_lines
from summarizer.run import PlannedDocument, Run, write_documents, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from summarizer.document import Document
    from summarizer.models.base import ChatMessage
    from summarizer.prompt import Prompt

__all__ = [
    "MAX_BYTES",
    "MAX_REQUESTS",
    "BatchRun",
    "Exported",
    "PartWriter",
    "export_batch",
    "now",
]

MAX_REQUESTS = 50_000
MAX_BYTES = 200_000_000
FOLDER = "batch"
PLAN = "plan.json"
URL = "/v1/chat/completions"


@dataclass(slots=True)
class Exported:
    """What an export made."""

    path: Path
    parts: list[Path]
    documents: int
    cost: Total


class PartWriter:
    """Writes request lines into files that keep OpenAI's limits."""

    def __init__(
        self, folder: Path, *, first: int = 1, max_requests: int = MAX_REQUESTS,
        max_bytes: int = MAX_BYTES,
    ) -> None:  # fmt: skip
        self.folder = folder
        self.parts: list[Path] = []
        self._first = first
        self._max = (max_requests, max_bytes)
        self._requests = self._bytes = 0
        self._stream: Any = None

    def write(self, row: Json) -> None:
        """Append one request, in a new file where the current one is full.

        Raises:
            InputError: the request alone is larger than a file may be.
        """
        line = dump_line(row)
        if len(line) > self._max[1]:
            raise InputError(
                f"a request of {len(line):,} bytes is larger than a batch file may be",
                where=row["custom_id"],
            )
        full = self._requests >= self._max[0] or self._bytes + len(line) > self._max[1]
        if self._stream is None or full:
            self._next()
        self._stream.write(line)
        self._requests += 1
        self._bytes += len(line)

    def close(self) -> None:
        """Make the last file durable."""
        if self._stream is not None:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            self._stream = None

    def _next(self) -> None:
        self.close()
        number = self._first + len(self.parts)
        path = self.folder / f"requests-{number:04d}.jsonl"
        self._stream = path.open("wb")
        self.parts.append(path)
        self._requests = self._bytes = 0


def request_line(
    key: str, model: str, messages: Iterable[ChatMessage], params: Mapping[str, Any]
) -> Json:
    """One line of a Batch file."""
    body = {"model": model, "messages": [dict(message) for message in messages], **params}
    return {"custom_id": key, "method": "POST", "url": URL, "body": body}


def export_batch(
    documents: Iterable[Document],
    prompt: Prompt,
    *,
    model: str,
    endpoint: str,
    out: str | Path,
    overrides: Mapping[str, Any] | None = None,
    samples: int = 1,
    window: int | None = None,
    archive: Mapping[str, Any] | None = None,
    max_requests: int = MAX_REQUESTS,
    max_bytes: int = MAX_BYTES,
) -> Exported:
    """Make a run of unanswered requests with its Batch files.

    Args:
        documents: what is to be summarized, streamed.
        prompt: the template.
        model: its name at the endpoint, without ``openai:``.
        endpoint: as `summarizer.models.openai_chat.endpoint_of` spells it; part of the keys.
        out: the run directory to make; it must not exist.
        overrides: parameters over the prompt's own.
        samples: answers for each document.
        window: context window in tokens; None: nothing is cut.
        archive: where the documents are from, for ``run.json``.
        max_requests: a file, at most 50,000.
        max_bytes: a file, at most 200 MB.

    Raises:
        RunError: `out` is there already.
        InputError: there are no documents.
    """
    target = Path(out)
    if target.exists():
        raise RunError("is there already", where=target, hint="give another --out")
    building = target.with_name(f".{target.name[:40]}.{os.getpid()}.building")
    (building / FOLDER).mkdir(parents=True)
    try:
        exporter = _Exporter(prompt, model, endpoint, overrides or {}, samples, window)
        exporter.writer = PartWriter(
            building / FOLDER, max_requests=max_requests, max_bytes=max_bytes
        )
        write_documents(building, exporter.plan(documents))
        exporter.writer.close()
        if not exporter.documents:
            raise InputError("no documents matched", where="export")
        write_json(building / "run.json", exporter.info(archive or {}))
        parts = [path.name for path in exporter.writer.parts]
        write_json(building / FOLDER / PLAN, {"schema": 1, "parts": parts, "cuts": exporter.cuts})
        building.rename(target)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    moved = [target / FOLDER / path.name for path in exporter.writer.parts]
    return Exported(target, moved, exporter.documents, exporter.cost)


class _Exporter:
    """One pass over the documents: plan rows out of it, request lines beside it."""

    writer: PartWriter

    def __init__(
        self, prompt: Prompt, model: str, endpoint: str, overrides: Mapping[str, Any],
        samples: int, window: int | None,
    ) -> None:  # fmt: skip
        self.prompt, self.model, self.endpoint = prompt, model, endpoint
        self.params = prompt.request_params(overrides)
        self.samples, self.window = samples, window
        self.documents = 0
        self.cost = Total()
        self.cuts: dict[str, list[int]] = {}
        self._seen: set[str] = set()

    def plan(self, documents: Iterable[Document]) -> Iterator[PlannedDocument]:
        from summarizer.tokens import fit

        for document in documents:
            fitted = fit(self.prompt, document, self.model, self.window)
            keys = []
            for sample in range(self.samples):
                key = request_key(
                    fitted.messages, model=self.model, endpoint=self.endpoint,
                    params=self.params, sample=sample,
                )  # fmt: skip
                keys.append(key)
                if key in self._seen:
                    continue
                self._seen.add(key)
                self.writer.write(request_line(key, self.model, fitted.messages, self.params))
                self.cost.add(
                    estimate_request(
                        fitted.tokens,
                        self.model,
                        params=self.params,
                        length=self.prompt.length,
                        batch=True,
                    )
                )
                if fitted.cut is not None:
                    self.cuts[key] = [fitted.cut.kept, fitted.cut.of]
            self.documents += 1
            yield PlannedDocument(document, tuple(keys))

    def info(self, archive: Mapping[str, Any]) -> Json:
        import hashlib

        from summarizer.run import RUN_SCHEMA

        digest = hashlib.sha256("\n".join(sorted(self._seen)).encode()).hexdigest()
        return {
            "schema": RUN_SCHEMA,
            "created_at": now(),
            "summarizer": _version(),
            "prompt": {
                "name": self.prompt.name,
                "sha256": self.prompt.fingerprint,
                "text": self.prompt.text,
            },
            "model": {"spec": f"openai:{self.model}", "name": self.model},
            "endpoint": self.endpoint,
            "params": self.params,
            "samples": self.samples,
            "archive": dict(archive),
            "plan": {"documents": self.documents, "requests": len(self._seen), "digest": digest},
            "totals": {},
            "batch": True,
        }


class BatchRun:
    """A run that was made by `export_batch`.

    Raises:
        RunError: the directory is no run, or holds no Batch files.
    """

    def __init__(self, path: str | Path) -> None:
        self.run = Run.open(path)
        self.folder = self.run.path / FOLDER
        if not (self.folder / PLAN).is_file():
            raise RunError("holds no Batch files", where=path, hint="`summarizer batch export`")
        self.plan = read_json(self.folder / PLAN)

    def parts(self) -> list[Path]:
        """All request files, in their order."""
        return sorted(self.folder.glob("requests-*.jsonl"))

    def wanted(self) -> dict[str, tuple[str, str, int]]:
        """Key -> (document id, its text's hash, sample) of the plan."""
        return {
            key: (planned.document.id, planned.document.text_sha256, sample)
            for planned in self.run.planned()
            for sample, key in enumerate(planned.keys)
        }

    def answered(self) -> dict[str, str]:
        """Key -> status of what the run holds already."""
        return {generation.key: generation.status for generation in self.run.generations()}


def read_requests(path: Path) -> Iterator[Json]:
    """The request lines of a Batch file."""
    for _, row in read_lines(path):
        yield row


def now() -> str:
    """UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _version() -> str:
    from importlib.metadata import version

    return version("summarizer-toolkit")
