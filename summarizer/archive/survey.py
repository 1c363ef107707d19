"""What only the whole archive can show: repeated summaries, repeated sources, doubled ids.

A first pass writes what is compared to a temporary SQLite file and the parsed documents to another
private file, so memory does not grow with the archive and no file is read twice; a second pass asks
for each document.
"""

from __future__ import annotations

import contextlib
import pickle
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.archive.problems import language_problem, problem
from summarizer.document import main_language, sha256_text
from summarizer.errors import ArchiveError
from summarizer.similarity import normalize, sketch, sketch_likeness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from summarizer.document import Document, Problem

__all__ = ["Survey"]

# Two sources are unrelated below this likeness; a crosspost of one text lies far above it.
_UNRELATED = 0.3
# A text under this many unrelated sources is boilerplate, whatever it says.
_BOILERPLATE_SOURCES = 2
# How many other documents one is compared with; enough to say how far they differ.
_COMPARED = 8
_SHORTEST_BOILERPLATE = 8
# Characters of a source that tell whether it is another's copy; a sketch of more costs time.
_TELLING = 600


class Survey:
    """An index of an archive on disk; a context manager, gone when it is closed."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="summarizer-")
        self._db = sqlite3.connect(Path(self._folder.name) / "survey.sqlite")
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE item (id TEXT PRIMARY KEY, path TEXT, source_key TEXT, summary TEXT,"
            " source_sketch BLOB, summary_sketch BLOB, language TEXT) WITHOUT ROWID;"
        )
        self._language: str | None = None
        # Documents wait on disk for the second pass: each file is read and parsed once, and both
        # passes see the same bytes.
        self._spool = (Path(self._folder.name) / "documents").open("w+b")

    def __enter__(self) -> Survey:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        self._spool.close()
        with contextlib.suppress(OSError):
            self._folder.cleanup()

    def add(self, document: Document) -> None:
        """Note one document.

        Raises:
            ArchiveError: another document has the same id.
        """
        summary = document.stored_summary or ""
        flat = normalize(summary)
        row = (
            document.id.encode("utf-8", "surrogatepass"),
            document.path.encode("utf-8", "surrogatepass"),
            document.key,
            sha256_text(flat)[:16] if len(flat) >= _SHORTEST_BOILERPLATE else None,
            sketch(document.source_text[:_TELLING]),
            sketch(summary),
            main_language(summary) if summary else None,
        )
        try:
            self._db.execute("INSERT INTO item VALUES (?,?,?,?,?,?,?)", row)
        except sqlite3.IntegrityError:
            (other,) = self._db.execute("SELECT path FROM item WHERE id=?", row[:1]).fetchone()
            raise ArchiveError(
                f"has the same id as a document of {bytes(other).decode('utf-8', 'replace')}",
                where=document.id,
                hint="give one of them another id, or read them with different roots",
            ) from None

        pickle.dump(document, self._spool, pickle.HIGHEST_PROTOCOL)

    def documents(self) -> Iterator[Document]:
        """All documents, in the order in which they were added."""
        end = self._spool.tell()
        self._spool.seek(0)
        while self._spool.tell() < end:
            document: Document = pickle.load(self._spool)  # noqa: S301 - written above, private
            yield document

    def finish(self) -> None:
        """Build the indexes, after the last `add`."""
        self._db.executescript(
            "CREATE INDEX by_source ON item (source_key); CREATE INDEX by_summary ON item (summary)"
        )
        row = self._db.execute(
            "SELECT language, COUNT(*) FROM item WHERE language IN ('zh', 'en')"
            " GROUP BY language ORDER BY 2 DESC, 1 LIMIT 1"
        ).fetchone()
        self._language = row[0] if row else None

    def judge(self, document: Document, expected_language: str | None) -> Document:
        """The document with the problems that only the archive shows."""
        found = list(document.problems)
        if extra := self._boilerplate(document):
            found.append(extra)
        if extra := self._repeated(document):
            found.append(extra)
        expected = expected_language or self._language
        if extra := language_problem(
            document.stored_summary, expected, document.lines.get("summary")
        ):
            found.append(extra)
        return replace(document, problems=tuple(found))

    def _sketches(self, document: Document) -> tuple[bytes, bytes]:
        """Of source and summary, as `add` noted them; the file may be newer than the survey."""
        row = self._db.execute(
            "SELECT source_sketch, summary_sketch FROM item WHERE id=?",
            (document.id.encode("utf-8", "surrogatepass"),),
        ).fetchone()
        if row is None:
            return sketch(document.source_text[:_TELLING]), sketch(document.stored_summary or "")
        return bytes(row[0]), bytes(row[1])

    def _boilerplate(self, document: Document) -> Problem | None:
        summary = normalize(document.stored_summary or "")
        if len(summary) < _SHORTEST_BOILERPLATE:
            return None
        rows = self._db.execute(
            "SELECT source_sketch, source_key FROM item WHERE summary=? AND source_key<>?"
            " GROUP BY source_key ORDER BY source_key LIMIT ?",
            (sha256_text(summary)[:16], document.key, _COMPARED),
        ).fetchall()
        if not rows:
            return None
        own = self._sketches(document)[0]
        unrelated = sum(sketch_likeness(own, other) < _UNRELATED for other, _ in rows)
        if unrelated + 1 < _BOILERPLATE_SOURCES:
            return None
        return problem(
            "summary-boilerplate",
            document.lines.get("summary"),
            f"{unrelated} other sources have it",
        )

    def _repeated(self, document: Document) -> Problem | None:
        (count,) = self._db.execute(
            "SELECT COUNT(*) FROM item WHERE source_key=?", (document.key,)
        ).fetchone()
        if count < 2:
            return None
        own = self._sketches(document)[1]
        others = self._db.execute(
            "SELECT summary_sketch FROM item WHERE source_key=? AND id<>? ORDER BY id LIMIT ?",
            (document.key, document.id.encode("utf-8", "surrogatepass"), _COMPARED),
        )
        alike = [sketch_likeness(own, other) for (other,) in others]
        mean = sum(alike) / len(alike) if alike else 1.0
        return problem(
            "url-repeated",
            document.lines.get("url"),
            f"{count} files, likeness of this summary to the others {mean:.2f}",
        )
