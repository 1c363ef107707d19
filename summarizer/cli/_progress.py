"""The progress of a batch: a bar on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from summarizer.cli.output import note, progress_bar

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import TaskID

    from summarizer.regeneration.totals import Totals
    from summarizer.run import Run

__all__ = ["BatchProgress"]

_LINE_EVERY_S = 5.0


class BatchProgress:
    """Shows how far each run is; a context manager, called after every generation."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty() and not quiet
        self._bar = progress_bar(quiet=quiet) if self._terminal else None
        self._tasks: dict[str, tuple[TaskID, float, int]] = {}
        self._last_line = time.monotonic()

    def __enter__(self) -> BatchProgress:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, run: Run, totals: Totals) -> None:
        if self._quiet:
            return
        done = totals.asked + totals.cached + totals.statuses["error"]
        total = int(run.info["plan"]["requests"])
        name = str(run.path)
        if name not in self._tasks:
            from rich.progress import TaskID

            task = self._bar.add_task(run.name, total=total, info="") if self._bar else TaskID(0)
            self._tasks[name] = (task, time.monotonic(), done)
        task_id, started, first = self._tasks[name]
        if self._bar is not None:
            self._bar.update(
                task_id, completed=done + totals.kept + totals.shared, info=_info(totals)
            )
            return
        now = time.monotonic()
        if now - self._last_line >= _LINE_EVERY_S:
            self._last_line = now
            rate = (done - first) / max(now - started, 1e-9)
            at = done + totals.kept + totals.shared
            left = max(0, total - at) / rate if rate > 0 else 0
            note(f"{run.name}: {at}/{total}, {rate:.1f}/s, ETA {left:.0f} s{_info(totals)}")


def _info(totals: Totals) -> str:
    parts = []
    if totals.prompt_tokens:
        parts.append(f"{totals.prompt_tokens + (totals.completion_tokens or 0)} tokens")
    if totals.cost_usd is not None:
        parts.append(f"${totals.cost_usd:.4f}")
    if totals.failed:
        parts.append(f"{totals.failed} failed")
    return (", " + ", ".join(parts)) if parts else ""
