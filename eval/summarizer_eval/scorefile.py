"""``scores.jsonl``: one line a generation and metric, in the order of the plan.

Guarantee: the same inputs give the same bytes, whether scored at once or in steps. A line is
``{schema, key, document, source_key, sample, input, metric, signature, values, unscored, detail}``:
``metric`` is the first of the figures that were measured together, ``signature`` the digest of
their identities (``scores.json`` spells them out), ``input`` a hash of all that was looked at,
with a second one of the references behind a dot where they were.
A line whose input changed is measured again; lines of other metrics and signatures stay. The file
is written beside the old one and takes its place whole; after an interruption what was scored so
far is kept, and after `kill -9` the next call finds it.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any, BinaryIO

from summarizer.jsonlines import Json, dump_line
from summarizer.run import iter_whole_lines
from summarizer_eval.metric import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from summarizer_eval.metric import Item, Metric

__all__ = ["SCORES_SCHEMA", "Block", "ScoreFile", "group_digest", "make_row", "row_values"]

SCORES_SCHEMA = 1

Block = dict[tuple[str, str], Json]
"""The lines of one generation by (metric, signature)."""


def group_digest(metric: Metric) -> str:
    """The identity of all figures of a metric, 16 hex digits."""
    text = "\n".join(f"{name} {metric.signature(name).identity_text}" for name in metric.names)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def make_row(
    item: Item, sample: int, stamp: str, metric: str, digest: str, values: Mapping[str, Value]
) -> Json:
    """The line of one generation and metric."""
    row: Json = {
        "schema": SCORES_SCHEMA,
        "key": item.key,
        "document": item.document.id,
        "source_key": item.document.key,
        "sample": sample,
        "input": stamp,
        "metric": metric,
        "signature": digest,
        "values": {name: value.value for name, value in values.items()},
        "unscored": {n: v.unscored for n, v in values.items() if v.value is None},
    }
    detail = {n: v.detail for n, v in values.items() if v.detail is not None}
    if detail:
        row["detail"] = detail
    return row


def row_values(row: Json) -> dict[str, Value]:
    """The inverse of the values of `make_row`."""
    detail = row.get("detail") or {}
    reasons = row.get("unscored") or {}
    return {
        name: Value(value, reasons.get(name), detail.get(name))
        for name, value in row["values"].items()
    }


class ScoreFile:
    """Reads the lines that are there and writes the file anew; a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        self._left = _left_behind(path)
        self._places: dict[tuple[str, int], tuple[BinaryIO, int, int]] = {}
        self._old: list[BinaryIO] = []
        self._new: Any = None

    def __enter__(self) -> ScoreFile:
        for path in (self.path, *self._left):  # what was left behind is the newer one
            if path.is_file():
                stream = path.open("rb")
                self._old.append(stream)
                self._places.update({name: (stream, *place) for name, place in _blocks(path)})
        self._new = self._temporary.open("wb")
        _lock(self._new)
        return self

    def old(self, document: str, sample: int, stamp: str) -> Block:
        """The lines that hold still for this generation, whatever references they were held
        against: ``stamp`` is the hash of everything else."""
        place = self._places.get((document, sample))
        if place is None:
            return {}
        rows = (json.loads(line) for line in _lines(*place))
        return {
            (row["metric"], row["signature"]): row
            for row in rows
            if row["input"].partition(".")[0] == stamp
        }

    def write(self, rows: Iterable[Json]) -> None:
        """The lines of the next generation, sorted by metric and signature."""
        for row in sorted(rows, key=lambda row: (row["metric"], row["signature"])):
            self._places.pop((row["document"], row["sample"]), None)
            self._new.write(dump_line(row))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:  # what was not written anew keeps its lines
            for place in self._places.values():
                for line in _lines(*place):
                    self._new.write(line)
        self._new.flush()
        os.fsync(self._new.fileno())
        for stream in (*self._old, self._new):
            stream.close()
        self._temporary.replace(self.path)
        for path in self._left:
            path.unlink(missing_ok=True)


def _lines(stream: BinaryIO, offset: int, size: int) -> list[bytes]:
    stream.seek(offset)
    return stream.read(size).splitlines(keepends=True)


def _left_behind(path: Path) -> list[Path]:
    """Files of processes that were killed while they wrote, oldest first: what they had measured
    is not measured again."""
    found = []
    for left in sorted(path.parent.glob(f".{path.name}.*.tmp"), key=lambda p: p.stat().st_mtime):
        with left.open("rb") as stream:
            if _lock(stream):
                found.append(left)
    return found


def _lock(stream: BinaryIO) -> bool:
    """Whether nobody else holds the file; it is held until it is closed, or its process ends.
    Where there are no such locks nothing is known, and files left behind stay where they are."""
    try:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def _blocks(path: Path) -> Iterator[tuple[tuple[str, int], tuple[int, int]]]:
    """The place and size of each generation's lines, which stand together."""
    current: tuple[str, int] | None = None
    start = end = 0
    for offset, line in iter_whole_lines(path):
        try:
            row = json.loads(line)
            name = (row["document"], row["sample"])
        except (ValueError, KeyError, TypeError):
            name = None  # not ours: passed over, measured again
        if name != current:
            if current is not None:
                yield current, (start, end - start)
            current, start = name, offset
        end = offset + len(line)
    if current is not None:
        yield current, (start, end - start)
