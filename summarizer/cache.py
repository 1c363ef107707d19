"""The response cache: raw replies by request key, shared between runs and processes.

SQLite in WAL mode in the platform's user cache, private to the user. Where the file system cannot
lock it, or it is full or broken, the run goes on without: a cache is never needed.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer.jsonlines import Json

__all__ = ["Cache", "default_folder"]

_FILE = "replies.sqlite"
_COLUMNS = "key, messages_sha256, model, endpoint, params, sample, reply, latency_s, created_at"


def default_folder() -> Path:
    """``SUMMARIZER_CACHE_DIR``, else the platform's user cache."""
    if given := os.environ.get("SUMMARIZER_CACHE_DIR"):
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path("summarizer-toolkit")


class Cache:
    """An open cache; for one thread."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / _FILE
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        self.path.chmod(0o600)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS reply (key TEXT PRIMARY KEY, messages_sha256 TEXT,"
            " model TEXT, endpoint TEXT, params TEXT, sample INTEGER, reply TEXT, latency_s REAL,"
            " created_at REAL) WITHOUT ROWID"
        )
        self._pending: list[tuple[object, ...]] = []

    @classmethod
    def open(cls, folder: Path | None = None) -> Cache:
        """Open or make a cache.

        Raises:
            InputError: it cannot be used here; the caller goes on without.
        """
        folder = folder or default_folder()
        try:
            return cls(folder)
        except (sqlite3.Error, OSError) as error:
            raise InputError(f"the cache cannot be used ({error})", where=folder) from error

    def get(self, key: str) -> tuple[Json, float | None] | None:
        """The raw reply of a request and how long it took, or None."""
        row = self._db.execute("SELECT reply, latency_s FROM reply WHERE key=?", (key,)).fetchone()
        return None if row is None else (json.loads(row[0]), row[1])

    def put(self, row: Json) -> None:
        """Note a reply; written by the next `flush`."""
        self._pending.append(
            (
                row["key"],
                row["messages_sha256"],
                row["model"],
                row["endpoint"],
                json.dumps(row["params"], sort_keys=True),
                row["sample"],
                json.dumps(row["reply"]),
                row["latency_s"],
                time.time(),
            )
        )

    def flush(self) -> None:
        """Write what `put` noted, in one transaction."""
        if not self._pending:
            return
        rows, self._pending = self._pending, []
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("INSERT OR REPLACE INTO reply VALUES (?,?,?,?,?,?,?,?,?)", rows)
        self._db.execute("COMMIT")

    def __len__(self) -> int:
        (count,) = self._db.execute("SELECT COUNT(*) FROM reply").fetchone()
        return int(count)

    def rows(self) -> Iterator[Json]:
        """All replies in the shape that ``--offline`` reads, by key."""
        for row in self._db.execute(f"SELECT {_COLUMNS} FROM reply ORDER BY key"):  # noqa: S608
            yield {
                "schema": 1,
                "document": "",
                "prompt": "",
                "messages_sha256": row[1],
                "model": row[2],
                "endpoint": row[3],
                "params": json.loads(row[4]),
                "sample": row[5],
                "reply": json.loads(row[6]),
                "finish_reason": None,
                "usage": None,
                "cost_usd": None,
                "latency_s": row[7],
            }

    def clear(self) -> int:
        """Forget all replies; returns how many there were."""
        count = len(self)
        self._db.execute("DELETE FROM reply")
        self._db.execute("VACUUM")
        return count

    def close(self) -> None:
        """Write what is pending and close."""
        self.flush()
        self._db.close()
