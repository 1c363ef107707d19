"""Appends generations to a run so that none is lost.

Guarantee: a line is handed to the operating system before `append` returns, so ``kill -9`` loses
nothing; it is on disk within 100 ms (one fsync for all lines of that time), so a power cut loses
less than that. One writer a run: a second process is refused. A torn last line is cut off.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from summarizer.errors import RunError
from summarizer.jsonlines import dump_line

if TYPE_CHECKING:
    from pathlib import Path

    from summarizer.generation import Generation

__all__ = ["COMMIT_INTERVAL_S", "Journal", "lock_run"]

COMMIT_INTERVAL_S = 0.08
LOCK_FILE = ".lock"


def lock_run(folder: Path) -> int:
    """Take the run for this process; the lock goes with the process.

    Raises:
        RunError: another process is writing to the run.
    """
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        import fcntl
    except ImportError:  # Windows: best effort
        return descriptor
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise RunError(
            "another process is writing to this run",
            where=folder,
            hint="wait for it to end, or choose another --out",
        ) from error
    return descriptor


class Journal:
    """An open ``generations.jsonl``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._repair()
        self._dirty = False
        self._task: asyncio.Task[None] | None = None

    def _repair(self) -> None:
        """Cut off a last line without its end: a crash in the middle of a write."""
        size = os.fstat(self._descriptor).st_size
        end, block = size, b""
        while end > 0:
            start = max(0, end - 65536)
            block = os.pread(self._descriptor, end - start, start)
            place = block.rfind(b"\n")
            if place >= 0:
                end = start + place + 1
                break
            end = start
        if end != size:
            os.ftruncate(self._descriptor, end)

    def append(self, generation: Generation) -> None:
        """Write one line.

        Raises:
            RunError: the disk is full or the file cannot be written; no half line stays.
        """
        data = dump_line(generation.to_json())
        before = os.fstat(self._descriptor).st_size
        try:
            written = os.write(self._descriptor, data)
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
        except OSError as error:
            os.ftruncate(self._descriptor, before)
            raise RunError(
                f"cannot be written ({error.strerror})",
                where=self._path,
                hint="make room and run the same command to go on",
            ) from error
        self._dirty = True

    async def keep_durable(self) -> None:
        """Runs beside the batch: makes what was appended durable, all of it at once."""
        while True:
            await asyncio.sleep(COMMIT_INTERVAL_S)
            if self._dirty:
                self._dirty = False
                await asyncio.to_thread(os.fsync, self._descriptor)

    def close(self) -> None:
        """Make everything durable and close."""
        os.fsync(self._descriptor)
        os.close(self._descriptor)
