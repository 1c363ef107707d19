"""Batch files: a run's requests out, its replies in. No network.

Guarantee: a request's ``custom_id`` is its content key, so a result finds its request whoever made
it and in whatever order; a result that is imported twice is written once. Export builds the run
beside its place and moves it there whole: there is no half-made one.

The shape is OpenAI's (Batch API guide): one JSON object a line, ``custom_id``, ``method``, ``url``
and ``body``; at most 50,000 requests and 200 MB a file.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.errors import InputError, RunError
from summarizer.estimate import Total, estimate_request
from summarizer.generation import Cut, Failure, Generation, request_key
from summarizer.jsonlines import Json, dump_line, parse_line, read_json, read_lines
from summarizer.run import PlannedDocument, Run, write_documents, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from summarizer.document import Document
    from summarizer.prompt import Prompt

__all__ = [
    "MAX_BYTES",
    "MAX_REQUESTS",
    "BatchRun",
    "Exported",
    "Imported",
    "PartWriter",
    "export_batch",
    "import_results",
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


@dataclass(slots=True)
class Imported:
    """What an import did, by request."""

    ok: int = 0
    failed: int = 0
    known: int = 0
    """Already in the run with an answer: not written again."""
    strange: int = 0
    """Results whose custom_id is none of this run's."""
    unreadable: list[str] = field(default_factory=list)
    expired: int = 0


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
    key: str, model: str, messages: Iterable[Mapping[str, str]], params: Mapping[str, Any]
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
                    )  # fmt: skip
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
            "created_at": _now(),
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


def import_results(
    batch: BatchRun, lines: Iterable[bytes], *, where: str, attempts: int = 1
) -> Imported:
    """Write the results of a Batch output or error file into the run, durably.

    A line holds ``custom_id`` and either OpenAI's ``response`` (``status_code``, ``body``) or
    ``error``, or simply ``text``: what a person or another engine wrote.
    """
    reader = _Importer(batch, where, attempts)
    path = batch.run.generations_path
    _cut_torn_line(path)
    with path.open("ab") as stream:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            generation = reader.read(line, number)
            if generation is not None:
                stream.write(dump_line(generation.to_json()))
        stream.flush()
        os.fsync(stream.fileno())
    _update_totals(batch.run)
    return reader.result


class _Importer:
    def __init__(self, batch: BatchRun, where: str, attempts: int) -> None:
        from summarizer.prompt import Prompt

        self.info = batch.run.info
        # A prompt with includes is not whole in run.json; only how answers are read matters here.
        self.prompt = _reading_prompt(Prompt, self.info["prompt"]["text"])
        self.cuts = batch.plan.get("cuts", {})
        self.wanted = batch.wanted()
        self.answered = batch.answered()
        self.where, self.attempts = where, attempts
        self.result = Imported()

    def read(self, line: bytes, number: int) -> Generation | None:
        place = f"{self.where}:{number}"
        try:
            row = parse_line(line, where=place)
            key = row.get("custom_id")
            if not isinstance(key, str):
                raise InputError("has no custom_id", where=place)
            if key not in self.wanted:
                self.result.strange += 1
                return None
            if self.answered.get(key) == "ok":
                self.result.known += 1
                return None
            if _code(row) == "batch_expired":
                self.result.expired += 1
                return None
            generation = self._generation(key, row, place)
        except InputError as error:
            self.result.unreadable.append(str(error))
            return None
        self.answered[key] = generation.status
        if generation.status == "ok":
            self.result.ok += 1
        else:
            self.result.failed += 1
        return generation

    def _generation(self, key: str, row: Json, place: str) -> Generation:
        from summarizer.models.replay import reply_from_raw
        from summarizer.prices import cost_usd, price_of
        from summarizer.replies import understand

        document, text_sha256, sample = self.wanted[key]
        model = self.info["model"]["name"]
        common: dict[str, Any] = {
            "key": key, "document": document, "text_sha256": text_sha256,
            "prompt": self.info["prompt"]["name"], "prompt_sha256": self.info["prompt"]["sha256"],
            "model": model, "endpoint": self.info["endpoint"], "params": self.info["params"],
            "sample": sample, "attempts": self.attempts, "created_at": _now(),
            "cut": Cut(*self.cuts[key]) if key in self.cuts else None,
        }  # fmt: skip
        failure = _failure(row)
        if failure is not None:
            return Generation(**common, reply=None, summary=None, status="error", error=failure)
        raw = row["text"] if isinstance(row.get("text"), str) else row["response"]["body"]
        try:
            reply = reply_from_raw({"text": raw} if isinstance(raw, str) else raw)
        except (AttributeError, KeyError, TypeError, IndexError) as error:
            raise InputError("holds no chat completion", where=place) from error
        if not (reply.text is None or isinstance(reply.text, str)):
            raise InputError("holds no text", where=place)
        understood = understand(reply, self.prompt)
        return Generation(
            **common, reply=reply.raw, summary=understood.summary, status=understood.status,
            cleanup=understood.cleanup, finish_reason=reply.finish_reason, usage=reply.usage,
            cost_usd=cost_usd(reply.usage, price_of(model, batch=True)),
        )  # fmt: skip


def _reading_prompt(kind: type[Prompt], text: str) -> Prompt:
    from summarizer.prompt_header import read_header

    header, _ = read_header(text, where="run.json", default_name="prompt")
    return kind(
        header.name, "", header.language, header.length, header.format, {}, None,
        header.json_schema, header.summary_field, "", text,
    )  # fmt: skip


def _code(row: Json) -> str:
    error = row.get("error")
    return str(error.get("code", "")) if isinstance(error, dict) else ""


def _failure(row: Json) -> Failure | None:
    """Why a result holds no reply; None where it holds one."""
    if isinstance(row.get("text"), str):
        return None
    error, response = row.get("error"), row.get("response")
    if isinstance(error, dict):
        return Failure(str(error.get("code") or "batch"), str(error.get("message") or "")[:400])
    if not isinstance(response, dict) or not isinstance(response.get("body"), dict):
        raise InputError("has neither response nor error nor text", where=row["custom_id"])
    status = response.get("status_code", 200)
    if status != 200:
        said = response["body"].get("error")
        message = said.get("message") if isinstance(said, dict) else said
        return Failure(f"http-{status}", str(message or "")[:400])
    return None


def _cut_torn_line(path: Path) -> None:
    """A crash in the middle of a write left half a line: cut it off before appending."""
    if not path.exists():
        return
    with path.open("r+b") as stream:
        end = stream.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - 65_536)
            stream.seek(start)
            last = stream.read(end - start).rfind(b"\n")
            if last >= 0:
                stream.truncate(start + last + 1)
                return
            end = start
        stream.truncate(0)


def _update_totals(run: Run) -> None:
    info = read_json(run.path / "run.json")
    done = {generation.key: generation for generation in run.generations()}.values()
    costs = [generation.cost_usd for generation in done]
    info["totals"] = {
        "requests": len(done),
        "ok": sum(generation.status == "ok" for generation in done),
        "failed": sum(generation.status != "ok" for generation in done),
        "prompt_tokens": sum(generation.usage.prompt_tokens or 0 for generation in done),
        "completion_tokens": sum(generation.usage.completion_tokens or 0 for generation in done),
        "cost_usd": None if None in costs else sum(cost for cost in costs if cost is not None),
    }
    write_json(run.path / "run.json", info)
    run.info = info


def read_requests(path: Path) -> Iterator[Json]:
    """The request lines of a Batch file."""
    for _, row in read_lines(path):
        yield row


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _version() -> str:
    from importlib.metadata import version

    return version("summarizer-toolkit")
