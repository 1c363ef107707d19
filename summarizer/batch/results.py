"""Results of Batch files, into the run. No network.

Guarantee: results are matched by ``custom_id``, in any order and from whatever engine; one that the
run holds already is not written again; what is written is durable before the count is reported.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from summarizer.batch.files import now
from summarizer.errors import InputError
from summarizer.generation import Cut, Failure, Generation
from summarizer.jsonlines import Json, dump_line, parse_line, read_json
from summarizer.run import Run, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from summarizer.batch.files import BatchRun
    from summarizer.prompt import Prompt

__all__ = ["Imported", "import_results"]


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
            "sample": sample, "attempts": self.attempts, "created_at": now(),
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
