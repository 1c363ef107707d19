"""The report's rows on disk (SQLite): gathered once, then embedded in a page or served in pages.

A report never holds the texts of a whole archive in memory: `data.gather` writes here, `page`
reads in order, `server` reads what a screen shows.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from summarizer.jsonlines import Json

__all__ = ["Query", "Store"]

_PAIR = re.compile(r"([0-9]{1,4})-([0-9]{1,4})\.([0-9]{1,4})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SCHEMA = """
CREATE TABLE documents (position INTEGER PRIMARY KEY, id TEXT UNIQUE, json BLOB);
CREATE TABLE summaries (position INTEGER, variant INTEGER, sample INTEGER, json BLOB,
    PRIMARY KEY (position, variant, sample)) WITHOUT ROWID;
CREATE TABLE scores (position INTEGER, variant INTEGER, sample INTEGER, json BLOB,
    PRIMARY KEY (position, variant, sample)) WITHOUT ROWID;
CREATE TABLE rows (position INTEGER PRIMARY KEY, id TEXT, title TEXT, url TEXT, date TEXT,
    lang TEXT, problems TEXT, statuses TEXT, verdicts TEXT, json TEXT);
CREATE TABLE details (position INTEGER PRIMARY KEY, json BLOB);
CREATE TABLE texts (position INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE figures (position INTEGER, variant INTEGER, metric INTEGER, value REAL,
    PRIMARY KEY (variant, metric, position)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows, and in which order; empty fields ask for nothing."""

    text: str = ""
    """Every word must stand in title, id or URL, in any case."""
    deep: bool = False
    """The words may stand in the source or any summary as well."""
    problem: str = ""
    lang: str = ""
    status: str = ""
    verdict: str = ""
    """Documents in which a summary has a claim with this verdict."""
    whose: str = ""
    """Whose summary verdict and status are of: a variant's number, ``s`` (stored), or any's."""
    change: str = ""
    """``up``, ``down``, ``same`` or ``gap`` (not both have a value), then ``:A-B.METRIC``."""
    since: str = ""
    until: str = ""
    """ISO dates, both inclusive."""
    sort: str = ""
    """``id``, ``title``, ``date``, ``lang``; ``VARIANT.METRIC`` (numbers) for a figure;
    ``A-B.METRIC`` for a difference; empty for the archive's order."""
    descending: bool = False


class Store:
    """A temporary database of one report; one writer, then any number of readers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = sqlite3.connect(path, check_same_thread=False)
        self.db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        # SQLite's own folds ASCII only; the page's script folds every letter
        self.db.create_function("lower", 1, str.lower, deterministic=True)

    def close(self) -> None:
        """Release the file."""
        self.db.close()

    def add_document(self, document_id: str, value: Json) -> int:
        """The position of a document, which is added where it is new."""
        found = self.position(document_id)
        if found is not None:
            return found
        cursor = self.db.execute(
            "INSERT INTO documents (id, json) VALUES (?, ?)", (_text(document_id), _pack(value))
        )
        return int(cursor.lastrowid or 0)

    def position(self, document_id: str) -> int | None:
        """Where a document stands, from 1; None where it is not in the report."""
        found = self.db.execute(
            "SELECT position FROM documents WHERE id = ?", (_text(document_id),)
        ).fetchone()
        return None if found is None else int(found[0])

    def add_summary(self, position: int, variant: int, sample: int, value: Json) -> None:
        """A summary as a run has it."""
        self.db.execute(
            "INSERT OR REPLACE INTO summaries VALUES (?, ?, ?, ?)",
            (position, variant, sample, _pack(value)),
        )

    def add_scores(self, position: int, variant: int, sample: int, value: Json) -> None:
        """What was measured of a summary."""
        self.db.execute(
            "INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?)",
            (position, variant, sample, _pack(value)),
        )

    def gathered(self) -> Iterator[tuple[int, Json, list[tuple[int, int, Json, Json | None]]]]:
        """Each document with its summaries: ``(variant, sample, summary, scores)``."""
        for position, value in self.db.execute(
            "SELECT position, json FROM documents ORDER BY position"
        ).fetchall():
            entries = self.db.execute(
                "SELECT s.variant, s.sample, s.json, c.json FROM summaries s LEFT JOIN scores c "
                "USING (position, variant, sample) WHERE s.position = ? "
                "ORDER BY s.variant, s.sample",
                (position,),
            )
            yield (
                position,
                _unpack(value),
                [(v, n, _unpack(s), None if c is None else _unpack(c)) for v, n, s, c in entries],
            )

    def add_row(self, row: Json, detail: Json) -> None:
        """A finished row of the table and what the document's own page shows."""
        position = row["i"]
        sides = [*enumerate(row["v"]), ("s", row.get("s"))]
        verdicts = {
            word
            for side, entry in sides
            for name, count in zip(_VERDICTS, (entry or {}).get("c") or (), strict=False)
            for word in (name, f"{name}@{side}")
            if count
        }
        statuses = {
            word
            for side, entry in enumerate(row["v"])
            for word in (entry["status"], f"{entry['status']}@{side}")
            if entry
        }
        self.db.execute(
            "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                position,
                _text(row["id"]),
                _text(row["title"]),
                _text(row["url"] or ""),
                _text(row["date"]),
                row["lang"],
                _words(row["problems"]),
                _words(statuses),
                _words(verdicts),
                _dump(row),
            ),
        )
        self.db.execute("INSERT INTO details VALUES (?, ?)", (position, _pack(detail)))
        self.db.execute("INSERT INTO texts VALUES (?, ?)", (position, _searched(row, detail)))
        for variant, entry in enumerate(row["v"]):
            for metric, value in enumerate(entry["m"] if entry else ()):
                if value is not None:
                    self.db.execute(
                        "INSERT INTO figures VALUES (?, ?, ?, ?)",
                        (position, variant, metric, value),
                    )

    def finish(self) -> None:
        """Everything is written; what was only needed for gathering goes."""
        self.db.executescript("DELETE FROM documents; DELETE FROM summaries; DELETE FROM scores;")
        self.db.commit()

    def rows(self) -> Iterator[Json]:
        """All rows in the archive's order."""
        for (text,) in self.db.execute("SELECT json FROM rows ORDER BY position"):
            yield json.loads(text)

    def details(self) -> Iterator[Json]:
        """All details in the archive's order."""
        for (packed,) in self.db.execute("SELECT json FROM details ORDER BY position"):
            yield _unpack(packed)

    def detail(self, position: int) -> Json | None:
        """One document's detail."""
        found = self.db.execute(
            "SELECT json FROM details WHERE position = ?", (position,)
        ).fetchone()
        return None if found is None else _unpack(found[0])

    def row_by_id(self, document_id: str) -> Json | None:
        """The row of a document."""
        found = self.db.execute(
            "SELECT json FROM rows WHERE id = ?", (_text(document_id),)
        ).fetchone()
        return None if found is None else json.loads(found[0])

    def find(self, query: Query, *, offset: int = 0, limit: int = 100) -> tuple[int, list[Json]]:
        """How many rows a query has, and one page of them."""
        # Clauses are made of known names and whole numbers; all that a user typed is a parameter.
        where, values = _conditions(query)
        order, joins = _order(query)
        change, pair = _change(query)
        tables = ("rows r JOIN texts t USING (position)" if query.deep else "rows r") + pair
        where += change
        count = f"SELECT count(*) FROM {tables} WHERE {where}"  # noqa: S608
        select = f"SELECT r.json FROM {tables} {joins} WHERE {where} ORDER BY {order}"  # noqa: S608
        total = self.db.execute(count, values).fetchone()[0]
        found = self.db.execute(f"{select} LIMIT ? OFFSET ?", (*values, limit, offset))
        return total, [json.loads(text) for (text,) in found]


_VERDICTS = ("supported", "contradicted", "unsupported", "unchecked")
_COLUMNS = {"id": "r.id", "title": "r.title", "date": "r.date", "lang": "r.lang"}


def _conditions(query: Query) -> tuple[str, list[Any]]:
    """The WHERE clause; every value of the user's is a parameter."""
    parts, values = ["1"], []
    for word in query.text.lower().split():
        if query.deep:
            parts.append("instr(t.text, ?)")
            values.append(_text(word))
            continue
        parts.append(
            "(instr(lower(r.title), ?) OR instr(lower(r.id), ?) OR instr(lower(r.url), ?))"
        )
        values += [_text(word)] * 3
    side = f"@{query.whose}" if query.whose else ""
    for column, value in (
        ("problems", query.problem),
        ("statuses", query.status and query.status + side),
        ("verdicts", query.verdict and query.verdict + side),
    ):
        if value:
            parts.append(f"instr(r.{column}, ?)")
            values.append(f" {_text(value)} ")
    for clause, value in (
        ("r.lang = ?", query.lang),
        ("substr(r.date, 1, 10) >= ?", query.since),
        ("r.date != '' AND substr(r.date, 1, 10) <= ?", query.until),
    ):
        if value:
            parts.append(clause)
            values.append(_text(value))
    return " AND ".join(parts), values


_CHANGES = {
    "up": "c.value > d.value",
    "down": "c.value < d.value",
    "same": "c.value = d.value",
    "gap": "(c.value IS NULL) != (d.value IS NULL)",
}


def _change(query: Query) -> tuple[str, str]:
    """A condition on a difference and its joins, of known words and whole numbers only."""
    kind, _, rest = query.change.partition(":")
    parts = _PAIR.fullmatch(rest)
    if kind not in _CHANGES or not parts:
        return "", ""
    first, second, metric = (int(part) for part in parts.groups())
    return f" AND {_CHANGES[kind]}", _join("c", first, metric) + _join("d", second, metric)


def _order(query: Query) -> tuple[str, str]:
    """The ORDER BY clause and its joins, of whole numbers and known names only."""
    direction = "DESC" if query.descending else "ASC"
    if query.sort in _COLUMNS:
        return f"{_COLUMNS[query.sort]} {direction}, r.position", ""
    variants, _, metric = query.sort.partition(".")
    first, _, second = variants.partition("-")
    if not (first.isdecimal() and metric.isdecimal() and (not second or second.isdecimal())):
        return "r.position", ""
    joins = _join("a", int(first), int(metric))
    value = "a.value"
    if second:
        joins += _join("b", int(second), int(metric))
        value = "(a.value - b.value)"
    return f"{value} IS NULL, {value} {direction}, r.position", joins


def _join(name: str, variant: int, metric: int) -> str:
    return (
        f" LEFT JOIN figures {name} ON {name}.position = r.position "
        f"AND {name}.variant = {variant:d} AND {name}.metric = {metric:d}"
    )


def _searched(row: Json, detail: Json) -> str:
    """Everything that a search in texts looks through: what `textOf` of the page's script has."""
    parts = [row["title"], row["id"], row["url"], detail["source"], detail["stored"]]
    parts += [entry["summary"] for samples in detail["v"] for entry in samples]
    return _text("\n".join(part or "" for part in parts).lower())


def _words(words: Any) -> str:
    return _text(" " + " ".join(sorted(words)) + " ")


def _text(text: str) -> str:
    """SQLite takes no lone surrogates; the page writes them into addresses as U+FFFD too."""
    return _SURROGATE.sub("\ufffd", text)


def _dump(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))


def _pack(value: Json) -> bytes:
    return zlib.compress(_dump(value).encode("ascii"), 1)


def _unpack(packed: bytes) -> Json:
    value: Json = json.loads(zlib.decompress(packed))
    return value
