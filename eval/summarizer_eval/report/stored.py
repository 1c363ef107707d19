"""The claims of stored summaries: checked once, by all cores, and kept beside the first run.

Runs bring the claims of their own summaries in ``scores.jsonl``. Stored summaries belong to no
run, so that a report checks them itself; ``stored-claims.jsonl`` keeps the answers, so that the
next report of the run need not. A line holds while checker, summary and all that is evidence are
the same. A run that cannot be written to is no fault: its claims are checked again next time.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from collections import deque
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from summarizer.jsonlines import dump_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor
    from pathlib import Path

    from summarizer.document import Document
    from summarizer.jsonlines import Json

__all__ = ["STORED_FILE", "StoredClaims"]

STORED_FILE = "stored-claims.jsonl"
_SCHEMA = 1
_CHUNK = 32
_WAITING = 8  # chunks; bounds what waits in memory
_SERIAL_BELOW = 128  # fewer documents are not worth another process


class StoredClaims:
    """Checks stored summaries; keeps what it found in the folder of a run.

    Args:
        folder: a run directory.
        documents: about how many there will be; decides whether processes are worth it.
        progress: called with (done, of).
    """

    def __init__(
        self,
        folder: Path,
        documents: int,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._path = folder / STORED_FILE
        self._documents = documents
        self._progress = progress

    def __call__(self, documents: Iterable[Document]) -> Iterator[list[Json]]:
        """The claims of each document's stored summary, in order."""
        from summarizer_eval.claims import default_checker

        checker = default_checker()
        stamp = f"{checker.name}.{checker.version}"
        with (
            _Kept(self._path) as kept,
            _executor(self._documents - len(kept)) as executor,
        ):
            answers = _checked(documents, stamp, kept, executor)
            for done, (document, digest, claims) in enumerate(answers, start=1):
                kept.write(document.id, digest, claims)
                if self._progress is not None:
                    self._progress(done, max(done, self._documents))
                yield claims


class _Kept:
    """The file of an earlier report, read line by line, and its successor.

    A file that cannot be read is as good as none; one that cannot be written is not written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        self._places: dict[str, tuple[str, int, int]] = {}
        self._old: IO[bytes] | None = None
        self._new: IO[bytes] | None = None
        self._changed = False

    def __len__(self) -> int:
        return len(self._places)

    def __enter__(self) -> _Kept:
        with suppress(OSError):
            self._old = self._path.open("rb")
            self._places = dict(_places(self._old))
        with suppress(OSError):
            self._new = self._temporary.open("wb")
        return self

    def claims(self, document: str, digest: str) -> list[Json] | None:
        """What was found for the same summary and evidence; None where it was not."""
        kept, offset, size = self._places.get(document, ("", 0, 0))
        if kept != digest or self._old is None:
            return None
        self._old.seek(offset)
        claims: list[Json] = json.loads(self._old.read(size))["claims"]
        return claims

    def write(self, document: str, digest: str, claims: list[Json]) -> None:
        """The line of the next document."""
        self._changed |= self._places.get(document, ("",))[0] != digest
        row = {"schema": _SCHEMA, "document": document, "input": digest, "claims": claims}
        try:
            if self._new is not None:
                self._new.write(dump_line(row))
        except OSError:
            self._drop()

    def _drop(self) -> None:
        if self._new is not None:
            with suppress(OSError):
                self._new.close()
            self._new = None
            self._temporary.unlink(missing_ok=True)

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if self._old is not None:
            self._old.close()
        if kind is not None or not self._changed:
            self._drop()
        if self._new is None:
            return
        try:
            self._new.close()
            self._temporary.replace(self._path)
        except OSError:
            self._drop()


def _places(stream: IO[bytes]) -> Iterator[tuple[str, tuple[str, int, int]]]:
    """Each document's digest, offset and size; lines that are not ours are passed over."""
    offset = 0
    for line in stream:
        try:
            row = json.loads(line)
            if row["schema"] == _SCHEMA and isinstance(row["claims"], list):
                yield row["document"], (row["input"], offset, len(line))
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
        offset += len(line)


def _digest(document: Document, stamp: str) -> str:
    """Of all that a check looks at."""
    seen = [
        stamp, document.text_sha256, document.stored_summary, document.title, document.url,
        document.path, sorted(document.metadata.items()),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(seen).encode("ascii")).hexdigest()[:16]


Answer = tuple["Document", str, list["Json"]]


def _checked(
    documents: Iterable[Document], stamp: str, kept: _Kept, executor: Executor | None
) -> Iterator[Answer]:
    """Documents with their digests and claims; what is known is not checked again."""
    pending: deque[Iterator[Answer]] = deque()
    for chunk in _chunks(documents):
        known = []
        for document in chunk:
            digest = _digest(document, stamp)
            known.append((document, digest, kept.claims(document.id, digest)))
        new = [document for document, _, claims in known if claims is None]
        if executor is None or not new:
            pending.append(_answers(known, map(_check, new)))
        else:
            pending.append(_answers(known, executor.map(_check, new, chunksize=_CHUNK)))
        while len(pending) > (_WAITING if executor else 0):
            yield from pending.popleft()
    while pending:
        yield from pending.popleft()


def _answers(
    known: list[tuple[Document, str, list[Json] | None]], new: Iterator[list[Json]]
) -> Iterator[Answer]:
    for document, digest, claims in known:
        yield document, digest, next(new) if claims is None else claims


def _check(document: Document) -> list[Json]:
    """The claims of one stored summary, against the same evidence as a run's own."""
    from summarizer_eval.claims import default_checker
    from summarizer_eval.claims.metric import source_of

    report = default_checker().check(source_of(document), document.stored_summary or "")
    return [claim.to_json() for claim in report.claims]


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    chunk: list[Document] = []
    for document in documents:
        chunk.append(document)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


@contextmanager
def _executor(documents: int) -> Iterator[Executor | None]:
    """Processes for large reports; None where this process is enough."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    if documents < _SERIAL_BELOW or cores < 2:
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # Forking is quick, and safe while there is one thread; macOS and Windows always spawn.
    single = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if single else "spawn")
    with ProcessPoolExecutor(cores, mp_context=context) as executor:
        yield executor
