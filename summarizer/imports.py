"""Summaries made elsewhere become a run, to be scored, compared and applied like any other.

A line names its document by ``id``, by ``path`` (relative to one of the paths read, or to the
archive's root) or by ``url``; a URL stands for every document that has it. Where a document is
named in two ways the narrower one counts: id, then path, then URL.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.document import canonical_url, normalized_id
from summarizer.errors import InputError, RunError
from summarizer.generation import Generation, request_key
from summarizer.jsonlines import read_lines
from summarizer.regeneration.journal import Journal, lock_run
from summarizer.regeneration.plan import read_outcomes
from summarizer.run import RUN_SCHEMA, PlannedDocument, Run, is_run, write_documents, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from summarizer.document import Document

__all__ = ["IMPORTED", "Summaries", "import_run", "read_summaries"]

IMPORTED = "imported"
_KINDS = ("id", "path", "url")


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    summary: str


@dataclass(slots=True)
class Summaries:
    """The lines of an import file, by what they name."""

    where: str
    by: dict[str, dict[str, _Line]] = field(default_factory=lambda: {kind: {} for kind in _KINDS})
    used: set[int] = field(default_factory=set)
    """Numbers of the lines that some document took, or that name one that a narrower line has."""

    def take(self, document: Document, paths: Sequence[str]) -> str | None:
        """The summary for a document, None where no line names it.

        Args:
            document: of the archive.
            paths: the document's file as seen from each path that was read.
        """
        names = {
            "id": [document.id],
            "path": [document.path, *paths],
            "url": [canonical_url(document.url)] if document.url else [],
        }
        chosen: _Line | None = None
        for kind in _KINDS:
            for name in names[kind]:
                line = self.by[kind].get(_fold(kind, name))
                if line is not None:
                    self.used.add(line.number)
                    chosen = chosen or line
        return None if chosen is None else chosen.summary

    def unused(self) -> list[tuple[int, str]]:
        """Lines that name no document: (line number, what it names)."""
        return sorted(
            (line.number, name)
            for kind in _KINDS
            for name, line in self.by[kind].items()
            if line.number not in self.used
        )


def _fold(kind: str, name: str) -> str:
    if kind == "url":
        return canonical_url(name)
    return normalized_id(os.path.normpath(name)) if kind == "path" else normalized_id(name)


def read_summaries(path: Path) -> Summaries:
    """Read JSON Lines ``{id or path or url, summary}``; a null summary is one that failed.

    Raises:
        InputError: the file cannot be read, a line has no name or summary, or two lines name the
            same thing; says which line.
    """
    found = Summaries(str(path))
    for number, row in read_lines(path):
        where = f"{path}:{number}"
        kind = next((name for name in _KINDS if row.get(name)), None)
        if kind is None or not isinstance(row[kind], str):
            raise InputError("names no document", where=where, hint="give it id, path or url")
        summary = row.get("summary", 0)
        if summary is not None and not isinstance(summary, str):
            raise InputError("has no text 'summary'", where=where)
        name = _fold(kind, row[kind])
        other = found.by[kind].get(name)
        if other is not None:
            raise InputError(
                f"names the same {kind} as line {other.number}", where=where, hint="keep one"
            )
        found.by[kind][name] = _Line(number, summary or "")
    if not any(found.by.values()):
        raise InputError("holds no line", where=path)
    return found


def import_run(
    documents: Iterable[Document],
    summaries: Summaries,
    out: str | Path,
    *,
    model_name: str = IMPORTED,
    root: Path,
    paths: Sequence[str] = (),
    archive: Mapping[str, Any] | None = None,
) -> Run:
    """Write a run of the documents that the summaries name.

    Args:
        documents: of the archive, streamed; those that no line names are left out.
        summaries: see `read_summaries`.
        out: the run's directory: new, empty, or an import that is to be brought up to date.
        model_name: what tables call the model that made them.
        root: what the documents' paths are relative to.
        paths: what the lines' paths may be relative to.
        archive: for ``run.json``, where `apply` looks for the files.

    Raises:
        RunError: `out` holds something else, or another process writes to it.
        InputError: a line names no document; nothing was written then.
    """
    folder = Path(out)
    _check(folder)
    bases = [_base(path, root) for path in paths]
    work = list(_pair(documents, summaries, bases))
    missing = summaries.unused()
    if missing:
        number, name = missing[0]
        more = f" (and {len(missing) - 1} more lines)" if len(missing) > 1 else ""
        raise InputError(
            f"{name!r} is no document of the archive{more}",
            where=f"{summaries.where}:{number}",
            hint="check --documents, or take the line out",
        )
    folder.mkdir(parents=True, exist_ok=True)
    lock = lock_run(folder)
    try:
        return _write(folder, work, model_name, dict(archive or {}))
    finally:
        os.close(lock)


def _pair(
    documents: Iterable[Document], summaries: Summaries, bases: Sequence[Path]
) -> Iterator[tuple[Document, str]]:
    for document in documents:
        seen = [os.path.relpath(document.path, base) for base in bases]
        summary = summaries.take(document, seen)
        if summary is not None:
            yield document, summary


def _base(path: str, root: Path) -> Path:
    target = Path(path).resolve()
    return Path(os.path.relpath(target if target.is_dir() else target.parent, root.resolve()))


def _check(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise RunError("is a file", where=folder, hint="choose another --out")
    if is_run(folder):
        if Run.open(folder).info.get("endpoint") != IMPORTED:
            raise RunError(
                "holds a run that was not imported", where=folder, hint="choose another --out"
            )
    elif any(not path.name.startswith(".") for path in folder.iterdir()):
        raise RunError(
            "is neither empty nor a run of ours", where=folder, hint="choose another --out"
        )


def _write(
    folder: Path, work: list[tuple[Document, str]], model: str, archive: dict[str, Any]
) -> Run:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    made = [_generation(document, summary, model, now) for document, summary in work]
    planned = [
        PlannedDocument(document, (generation.key,))
        for (document, _), generation in zip(work, made, strict=True)
    ]
    write_documents(folder, planned)
    kept = set(read_outcomes(folder / "generations.jsonl"))
    journal = Journal(folder / "generations.jsonl")
    try:
        for generation in made:
            if generation.key not in kept:
                journal.append(generation)
                kept.add(generation.key)
    finally:
        journal.close()
    previous = Run.open(folder).info if is_run(folder) else {}
    info = _info(planned, made, model, archive)
    info["created_at"] = previous.get("created_at", now)
    write_json(folder / "run.json", info)
    return Run(folder, info)


def _generation(document: Document, summary: str, model: str, now: str) -> Generation:
    text = summary.strip()
    key = request_key(
        (
            {"role": "user", "content": document.source_text},
            {"role": "assistant", "content": summary},
        ),
        model=model,
        endpoint=IMPORTED,
        params={},
        sample=0,
    )
    return Generation(
        key=key,
        document=document.id,
        text_sha256=document.text_sha256,
        prompt=IMPORTED,
        prompt_sha256=_PROMPT_SHA256,
        model=model,
        endpoint=IMPORTED,
        params={},
        sample=0,
        reply=None,
        summary=text or None,
        status="ok" if text else "empty",
        attempts=0,
        created_at=now,
    )


_PROMPT_SHA256 = hashlib.sha256(b"").hexdigest()


def _info(
    planned: list[PlannedDocument], made: list[Generation], model: str, archive: dict[str, Any]
) -> dict[str, Any]:
    digest = hashlib.sha256()
    for entry in planned:
        line = "\n".join((entry.document.id, *entry.keys, ""))
        digest.update(line.encode("utf-8", "surrogatepass"))
    done = {generation.key: generation for generation in made}.values()
    ok = sum(generation.status == "ok" for generation in done)
    return {
        "schema": RUN_SCHEMA,
        "created_at": "",
        "summarizer": _version(),
        "prompt": {"name": IMPORTED, "sha256": _PROMPT_SHA256, "text": ""},
        "model": {"spec": IMPORTED, "name": model},
        "endpoint": IMPORTED,
        "params": {},
        "samples": 1,
        "archive": archive,
        "plan": {"documents": len(planned), "requests": len(planned), "no_source": 0,
                 "digest": digest.hexdigest()[:32]},
        "totals": {"requests": len(done), "ok": ok, "failed": len(done) - ok,
                   "prompt_tokens": 0, "completion_tokens": 0, "cost_usd": None},
    }  # fmt: skip


def _version() -> str:
    try:
        return version("summarizer-toolkit")
    except PackageNotFoundError:
        return "unknown"
