"""The run directory: everything that one batch asked, got and was planned to be.

Guarantee: whoever has the directory has the whole run; nothing in it is rewritten in place.
``run.json`` and ``documents.jsonl`` are replaced whole, ``generations.jsonl`` only grows. The
effective generation of a planned request is the last line with its key; older lines stay and are
invisible. A torn last line (a crash in the middle of a write) is passed over by readers and cut
off by the next writer.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.document import Document
from summarizer.errors import InputError, RunError
from summarizer.generation import Generation
from summarizer.jsonlines import Json, dump_line, parse_line, read_json, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["RUN_SCHEMA", "PlannedDocument", "Run", "is_run", "open_runs", "write_json"]

RUN_SCHEMA = 1

RUN_FILE = "run.json"
DOCUMENTS_FILE = "documents.jsonl"
GENERATIONS_FILE = "generations.jsonl"
MATRIX_FILE = "matrix.json"


class PlannedDocument:
    """A document of a run and the keys of its planned requests, one a sample."""

    __slots__ = ("document", "keys")

    def __init__(self, document: Document, keys: tuple[str, ...]) -> None:
        self.document = document
        self.keys = keys

    def to_json(self) -> Json:
        """The row of ``documents.jsonl``."""
        return {**self.document.to_json(), "keys": list(self.keys)}


class Run:
    """A run directory, open for reading.

    Attributes:
        path: the directory.
        info: ``run.json``: ``{schema, created_at, summarizer, prompt: {name, sha256, text, …},
            model: {spec, name}, endpoint, params, samples, archive: {root, paths, select, …},
            plan: {documents, requests, digest}, totals: {…}}``.
    """

    def __init__(self, path: Path, info: Json) -> None:
        self.path = path
        self.info = info

    @classmethod
    def open(cls, path: str | Path) -> Run:
        """Open a run directory.

        Raises:
            RunError: there is none, or it is not ours, or of a newer schema.
        """
        folder = Path(path)
        if not folder.is_dir():
            raise RunError("no such run directory", where=folder)
        if not is_run(folder):
            raise RunError("is not a run (it holds no run.json of ours)", where=folder)
        info = read_json(folder / RUN_FILE)
        if info.get("schema", 0) > RUN_SCHEMA:
            raise RunError(
                f"was written by a newer version (schema {info['schema']})",
                where=folder,
                hint="upgrade summarizer-toolkit",
            )
        return cls(folder, info)

    @property
    def name(self) -> str:
        """What tables and reports call the run: its directory's name."""
        return self.path.resolve().name

    @property
    def prompt(self) -> str:
        """Name of the prompt."""
        return str(self.info["prompt"]["name"])

    @property
    def model(self) -> str:
        """Name of the model."""
        return str(self.info["model"]["name"])

    @property
    def generations_path(self) -> Path:
        """``generations.jsonl`` of this run."""
        return self.path / GENERATIONS_FILE

    def planned(self) -> Iterator[PlannedDocument]:
        """The documents with the keys of their requests, in the order of the archive."""
        for _, row in read_lines(self.path / DOCUMENTS_FILE):
            yield PlannedDocument(Document.from_json(row), tuple(row.get("keys", ())))

    def documents(self) -> Iterator[Document]:
        """The documents of the run, in the order of the archive."""
        for planned in self.planned():
            yield planned.document

    def generations(self) -> Iterator[Generation]:
        """The effective generations, in the order of documents and samples.

        A planned request that has no line yet (the run was interrupted) is left out.
        """
        for _, generation in self.results():
            if generation is not None:
                yield generation

    def results(self) -> Iterator[tuple[Document, Generation | None]]:
        """Every planned (document, sample) with its effective generation, None where none is."""
        places = self._places()
        try:
            stream = self.generations_path.open("rb")
        except FileNotFoundError:
            for planned in self.planned():
                for _ in planned.keys:
                    yield planned.document, None
            return
        with stream:
            for planned in self.planned():
                for sample, key in enumerate(planned.keys):
                    place = places.get(key)
                    if place is None:
                        yield planned.document, None
                        continue
                    stream.seek(place)
                    row = json.loads(stream.readline())
                    yield planned.document, _for_document(row, planned.document, sample)

    def _places(self) -> dict[str, int]:
        """Byte offset of the last whole line of each key."""
        places: dict[str, int] = {}
        for offset, line in iter_whole_lines(self.generations_path):
            row = parse_line(line, where=f"{self.generations_path} at byte {offset}")
            places[row["key"]] = offset
        return places


def _for_document(row: Json, document: Document, sample: int) -> Generation:
    """A generation as that of one document: equal requests are asked once and shared."""
    return Generation.from_json({**row, "document": document.id, "sample": sample})


def iter_whole_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The complete lines of a file with their byte offsets; a torn last line is left out."""
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return
    with stream:
        offset = 0
        for line in stream:
            if not line.endswith(b"\n"):
                return
            if line.strip():
                yield offset, line
            offset += len(line)


def is_run(path: Path) -> bool:
    """Whether a directory holds a run of ours."""
    try:
        info = read_json(path / RUN_FILE)
    except InputError:
        return False
    return isinstance(info.get("schema"), int) and "prompt" in info and "model" in info


def open_runs(paths: Iterable[str | Path]) -> list[Run]:
    """The runs named by RUN arguments; a matrix stands for all of its runs.

    Raises:
        RunError: a path is neither a run nor a matrix.
    """
    runs: list[Run] = []
    for path in map(Path, paths):
        matrix = path / MATRIX_FILE
        if matrix.is_file():
            names: list[Any] = read_json(matrix).get("runs", [])
            runs.extend(Run.open(path / str(entry["dir"])) for entry in names)
        else:
            runs.append(Run.open(path))
    return runs


def write_json(path: Path, value: Json) -> None:
    """Write a small JSON file whole: the old one stays until the new one is on disk."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as stream:
        stream.write(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "replace"))
        stream.write(b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def write_documents(path: Path, planned: Iterable[PlannedDocument]) -> None:
    """Write ``documents.jsonl`` whole, before the first request."""
    temporary = path / f".{DOCUMENTS_FILE}.{os.getpid()}.tmp"
    with temporary.open("wb") as stream:
        for entry in planned:
            stream.write(dump_line(entry.to_json()))
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path / DOCUMENTS_FILE)
