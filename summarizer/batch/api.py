"""Submit, watch and collect Batch files at an endpoint.

Guarantee: nothing is paid twice. What is about to be done is written to a durable ledger before it
is done, and the ids that come back before anything else happens. A process that dies between a
request and its answer leaves an open intention; the next one looks for its work on the server (each
file and batch carries a token of ours) before it asks again. Creating a batch is never retried
blindly.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from summarizer.batch.files import BatchRun, PartWriter, read_requests
from summarizer.batch.results import Imported, import_results
from summarizer.errors import EndpointUnusable, RunError
from summarizer.jsonlines import Json, dump_line, read_lines
from summarizer.run import iter_whole_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from openai import OpenAI

__all__ = ["FINAL", "Part", "Submission", "add_up", "check_same_endpoint", "connect"]

FINAL = frozenset({"completed", "failed", "expired", "cancelled"})
_LEDGER = "ledger.jsonl"
_MARK = "summarizer_part"


@dataclass(slots=True)
class Part:
    """One request file and what became of it."""

    path: Path
    token: str = ""
    file_id: str | None = None
    batch_id: str | None = None
    intended: bool = False
    collected: bool = False
    status: str = "not submitted"
    counts: Json = field(default_factory=dict)


def connect(base_url: str, api_key: str, *, timeout_s: float = 120.0) -> OpenAI:
    """A client that follows no redirect and repeats nothing by itself."""
    from openai import DefaultHttpxClient, OpenAI

    return OpenAI(
        api_key=api_key,
        base_url=base_url,
        max_retries=0,
        timeout=timeout_s,
        http_client=DefaultHttpxClient(follow_redirects=False),
    )


class Submission:
    """The Batch files of a run at an endpoint."""

    def __init__(
        self, batch: BatchRun, client: OpenAI, *, step: Callable[[str], None] | None = None
    ) -> None:
        self.batch = batch
        self.client = client
        self._ledger = batch.folder / _LEDGER
        self._step = step or (lambda name: None)
        """Told of each step as it is done; tests end the process there."""

    def parts(self) -> list[Part]:
        """The parts as the ledger has them."""
        parts = {path.name: Part(path) for path in self.batch.parts()}
        if self._ledger.exists():
            _drop_torn(self._ledger)
            for _, row in read_lines(self._ledger):
                part = parts.get(row["part"])
                if part is not None:
                    _apply(part, row)
        for part in parts.values():
            part.token = part.token or _token(part.path, self.batch.run.info["created_at"])
        return list(parts.values())

    def submit(self, *, retry_failed: bool = False) -> list[Part]:
        """Send every part that was not sent; items that expired or failed become a new part.

        Raises:
            EndpointUnusable: the server refuses or cannot be reached; run it again to go on.
        """
        parts = self.parts()
        if parts and all(part.collected for part in parts):
            self._again(retry_failed=retry_failed)
            parts = self.parts()
        for part in parts:
            if part.batch_id is None:
                self._send(part)
        return parts

    def status(self) -> list[Part]:
        """Ask the server about every part that was sent."""
        parts = self.parts()
        for part in parts:
            if part.batch_id is not None:
                self._refresh(part)
            elif part.intended:
                part.status = "unknown: submit again"
        return parts

    def collect(self) -> tuple[list[Part], Imported]:
        """Fetch the results of finished parts into the run; a part is fetched once."""
        total = Imported()
        parts = self.status()
        for part in parts:
            if part.batch_id is None or part.collected or part.status not in FINAL:
                continue
            remote = self._retrieve(part.batch_id)
            for kind in ("output", "error"):
                file_id = getattr(remote, f"{kind}_file_id")
                if file_id:
                    target = part.path.with_name(part.path.name.replace("requests", kind))
                    self._download(file_id, target)
                    with target.open("rb") as lines:
                        add_up(total, import_results(self.batch, lines, where=str(target)))
                    self._step(f"imported {kind}")
            self._note(part, "collected")
            part.collected = True
        return parts, total

    def _send(self, part: Part) -> None:
        if part.intended:
            self._reattach(part)
        if not part.intended:
            self._note(part, "intended", token=part.token)
            self._step("intended")
        if part.file_id is None:
            with part.path.open("rb") as stream:
                name = f"{part.token}.jsonl"
                made = self._ask(
                    lambda: self.client.files.create(file=(name, stream), purpose="batch")
                )
            self._step("upload answered")
            self._note(part, "uploaded", file_id=made.id)
            part.file_id = made.id
            self._step("uploaded")
        if part.batch_id is None:
            file_id = part.file_id
            created = self._ask(
                lambda: self.client.batches.create(
                    input_file_id=file_id,
                    endpoint="/v1/chat/completions",
                    completion_window="24h",
                    metadata={_MARK: part.token},
                )
            )
            self._step("create answered")
            self._note(part, "created", batch_id=created.id)
            part.batch_id, part.status = created.id, created.status
            self._step("created")

    def _reattach(self, part: Part) -> None:
        """Look on the server for what a process that died had asked for."""
        for remote in self._ask(lambda: _all(self.client.batches.list(limit=100))):
            if (remote.metadata or {}).get(_MARK) == part.token:
                self._note(part, "created", batch_id=remote.id, file_id=remote.input_file_id)
                part.batch_id, part.file_id = remote.id, remote.input_file_id
                part.status = remote.status
                return
        if part.file_id is None:
            for file in self._ask(lambda: _all(self.client.files.list(purpose="batch"))):
                if file.filename == f"{part.token}.jsonl":
                    self._note(part, "uploaded", file_id=file.id)
                    part.file_id = file.id
                    return

    def _retrieve(self, batch_id: str) -> Any:
        return self._ask(lambda: self.client.batches.retrieve(batch_id))

    def _refresh(self, part: Part) -> None:
        remote = self._retrieve(part.batch_id or "")
        part.status = remote.status
        counts = remote.request_counts
        if counts is not None:
            part.counts = {
                "total": counts.total, "completed": counts.completed, "failed": counts.failed
            }  # fmt: skip

    def _again(self, *, retry_failed: bool) -> None:
        """A new part of what has no answer (and, if asked for, of what failed)."""
        answered = self.batch.answered()
        writer = PartWriter(self.batch.folder, first=len(self.batch.parts()) + 1)
        written: set[str] = set()
        for path in self.batch.parts():
            for row in read_requests(path):
                key = row["custom_id"]
                status = answered.get(key)
                if key in written or status == "ok" or (status is not None and not retry_failed):
                    continue
                written.add(key)
                writer.write(row)
        writer.close()

    def _download(self, file_id: str, target: Path) -> None:
        data = self._ask(lambda: self.client.files.content(file_id).content)
        temporary = target.with_suffix(".tmp")
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
        self._step("downloaded")

    def _note(self, part: Part, event: str, **values: Any) -> None:
        """Make an event durable before anything else happens."""
        row = {"part": part.path.name, "event": event, **values}
        with self._ledger.open("ab") as stream:
            stream.write(dump_line(row))
            stream.flush()
            os.fsync(stream.fileno())
        _apply(part, row)

    def _ask(self, call: Callable[[], Any]) -> Any:
        import openai

        try:
            return call()
        except openai.APIStatusError as error:
            message = " ".join(str(error.message).split())[:200]
            raise EndpointUnusable(
                f"HTTP {error.status_code}: {message}",
                where=self.client.base_url.host,
                hint="run the command again: it goes on where it stopped",
            ) from None
        except openai.APIError as error:
            raise EndpointUnusable(
                f"cannot be reached ({type(error.__cause__ or error).__name__})",
                where=self.client.base_url.host,
                hint="run the command again: it goes on where it stopped",
            ) from None


def _apply(part: Part, row: Json) -> None:
    part.intended = True
    part.token = row.get("token", part.token)
    part.file_id = row.get("file_id", part.file_id)
    part.batch_id = row.get("batch_id", part.batch_id)
    part.collected = part.collected or row["event"] == "collected"
    if part.batch_id and part.status == "not submitted":
        part.status = "submitted"


def _token(path: Path, created_at: str) -> str:
    """What marks a part on the server: the same for the same file of the same run only."""
    digest = hashlib.sha256(f"{path.resolve()}\n{created_at}\n".encode("utf-8", "surrogateescape"))
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return f"summarizer-{digest.hexdigest()[:24]}"


def _drop_torn(path: Path) -> None:
    """Cut off a ledger line that a crash left half-written."""
    whole = max((offset + len(line) for offset, line in iter_whole_lines(path)), default=0)
    if whole < path.stat().st_size:
        with path.open("r+b") as stream:
            stream.truncate(whole)


def _all(page: Iterable[Any]) -> list[Any]:
    """Every item of a paged list; one whose pages never end is left at the first repeat."""
    found: dict[str, Any] = {}
    for item in page:
        if item.id in found:
            break
        found[item.id] = item
    return list(found.values())


def add_up(total: Imported, more: Imported) -> None:
    """Add the counts of one import to those of others."""
    total.ok += more.ok
    total.failed += more.failed
    total.known += more.known
    total.strange += more.strange
    total.expired += more.expired
    total.unreadable += more.unreadable


def check_same_endpoint(batch: BatchRun, endpoint: str) -> None:
    """A run is submitted to the endpoint it was made for: its keys say so.

    Raises:
        RunError: it was exported for another one.
    """
    if batch.run.info["endpoint"] != endpoint:
        raise RunError(
            f"was exported for {batch.run.info['endpoint']}, not for {endpoint}",
            where=batch.run.path,
            hint="export it again with --base-url",
        )
