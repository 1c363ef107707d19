"""The metrics of one call of `score`, and the processes that share its work."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from summarizer_eval.metric import CHECK_FAILED, Item, Metric, score_items
from summarizer_eval.metrics.registry import Settings, build_metrics
from summarizer_eval.scorefile import group_digest, make_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor

    from summarizer.jsonlines import Json
    from summarizer_eval.scorefile import Block

__all__ = ["Crew", "Task", "Workshop", "executor", "measure"]

_SERIAL_BELOW = 128
"""Fewer generations than this are not worth another process."""

Task = tuple[Item, int, tuple[str, str], list[int]]
"""An item, its sample number, its `fingerprint`, and the metrics that are missing."""


class Workshop:
    """The metrics of one call, as this process and its workers have them."""

    def __init__(
        self,
        settings: Settings,
        own: tuple[Metric, ...],
        *,
        named_only: bool = False,
        refresh: bool = False,
    ) -> None:
        self.settings = settings
        self.own = own
        self.named_only = named_only
        self.refresh = refresh
        built, self.wanted = ([], set()) if named_only else build_metrics(settings)
        self.metrics: list[Metric] = [*built, *own]
        if self.wanted is not None:
            self.wanted.update(name for metric in own for name in metric.names)
        self.digests = [group_digest(metric) for metric in self.metrics]
        self.groups = [
            (metric.names[0], digest)
            for metric, digest in zip(self.metrics, self.digests, strict=True)
        ]

        self.scales: dict[tuple[str, str], Json] = {}
        """The levels that were measured: by archive and metric."""
        # A user's metric may look at whatever an item holds.
        self._uses_references = [
            getattr(metric, "against", None) == "stored"
            or not type(metric).__module__.startswith("summarizer_eval.")
            for metric in self.metrics
        ]

    def measure(self, work: list[Task]) -> list[list[Json]]:
        """New lines for some items: for each, those of the metrics that are numbered."""
        lines: list[list[Json]] = [[] for _ in work]
        for number, (metric, group) in enumerate(zip(self.metrics, self.groups, strict=True)):
            places = [place for place, entry in enumerate(work) if number in entry[3]]
            values = score_items(metric, [work[place][0] for place in places])
            for place, value in zip(places, values, strict=True):
                item, sample, stamps, _ = work[place]
                stamp = stamps[self._uses_references[number]]
                lines[place].append(make_row(item, sample, stamp, *group, value))
        return lines

    @property
    def one_process(self) -> bool:
        """Whether a metric holds so much that one process has to do."""
        return any(getattr(metric, "one_process", False) for metric in self.metrics)

    def missing(self, block: Block, stamps: tuple[str, str]) -> list[int]:
        """The metrics that have no line in a block, or one of other references or of a failure."""
        return [
            number
            for number, group in enumerate(self.groups)
            if self.refresh
            or group not in block
            or CHECK_FAILED in block[group]["unscored"].values()
            or block[group]["input"] != stamps[self._uses_references[number]]
        ]


class Crew(NamedTuple):
    """Processes that measure."""

    pool: Executor
    jobs: int


_workshop: Workshop | None = None


def _start_worker(settings: Settings, own: tuple[Metric, ...], named_only: bool) -> None:
    global _workshop
    _workshop = Workshop(settings, own, named_only=named_only)


def measure(work: list[Task]) -> list[list[Json]]:
    """What a worker process does."""
    assert _workshop is not None
    return _workshop.measure(work)


@contextmanager
def executor(workshop: Workshop, jobs: int | None, planned: int) -> Iterator[Crew | None]:
    """Processes for large runs; None where this process is enough."""
    if jobs is None:
        serial = workshop.one_process or planned < _SERIAL_BELOW
        jobs = 1 if serial else len(_cores())
    if jobs <= 1:
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # Forking is quick, and safe while there is one thread; macOS and Windows always spawn.
    single = sys.platform == "linux" and threading.active_count() == 1
    with ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("fork" if single else "spawn"),
        initializer=_start_worker,
        initargs=(workshop.settings, workshop.own, workshop.named_only),
    ) as pool:
        yield Crew(pool, jobs)


def _cores() -> Sequence[int]:
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return range(os.cpu_count() or 1)
