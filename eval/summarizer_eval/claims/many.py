"""Many summaries at once: results in the order of the input, memory that does not grow with it.

Embedded checkers run on processes, one a core; a judge runs on threads, as many as it may have
requests in flight (a checker says so with an attribute ``concurrency``). A result is given as soon
as it and all before it are there, even while the input is still waiting for its next line: a
program may write a line, read its answer, and go on.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from summarizer.errors import DocumentsFailed, InputError, ReplayMiss, SummarizerError
from summarizer.jsonlines import parse_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

    from summarizer.jsonlines import Json
    from summarizer_eval.claims.claim import Checker, ClaimReport, SourceDocument

__all__ = ["PairResult", "check_pairs", "checked", "cores", "in_order", "on_threads"]

T = TypeVar("T")
R = TypeVar("R")

_SERIAL = 64
"""So many are checked before processes are started, which take as long as these."""
_BLOCK = 8
"""What goes to a process at once, where so much is waiting."""

Problem = Literal["", "input", "checker", "unrecorded"]


@dataclass(frozen=True, slots=True)
class PairResult:
    """What came of one line."""

    row: Json
    """``{id, claims}`` or ``{id, error}``."""
    problem: Problem = ""
    """Why there are no claims: the line is bad, the checker failed, no reply is recorded."""


def check_pairs(
    lines: Iterable[bytes],
    checker: Checker,
    *,
    where: str,
    html: bool = False,
    jobs: int | None = None,
    rebuild: str | None = None,
) -> Iterator[PairResult]:
    """Check the summary of each line against its source.

    Args:
        lines: JSON Lines ``{id, source, summary, title?, date?, url?}``; blank ones are skipped.
        checker: who checks.
        where: what the lines come from, for errors.
        html: sources are HTML; offsets count in the text that is extracted from it.
        jobs: processes, or threads of a checker that has a ``concurrency``; None: one a core, or
            that many.
        rebuild: the name by which another process makes the same checker
            (`summarizer_eval.claims.registry`); None: this process does all.

    Raises:
        EndpointUnusable, BudgetReached: nothing further can be asked.
    """
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    work = partial(_pair, where=where, html=html)
    threads = getattr(checker, "concurrency", None)
    if isinstance(threads, int):
        count = jobs or threads
        with on_threads(count) as executor:
            yield from in_order(numbered, partial(work, checker=checker), executor, ahead=count * 2)
        return
    count = jobs or cores()
    if count > 1 and rebuild is not None:
        yield from (work(task, checker=checker) for task in islice(numbered, _SERIAL))
        first = next(numbered, None)
        if first is None:
            return
        with _processes(count, rebuild) as executor:
            tasks = chain([first], numbered)
            yield from in_order(tasks, work, executor, ahead=count * 4, block=_BLOCK)
        return
    yield from (work(task, checker=checker) for task in numbered)


def checked(checker: Checker, source: SourceDocument, summary: str) -> ClaimReport:
    """What a checker says of one summary; its own faults fail this one only.

    Raises:
        DocumentsFailed: the checker failed on it; names how.
        SummarizerError: as the checker raised it.
    """
    try:
        return checker.check(source, summary)
    except SummarizerError:
        raise
    except Exception as error:  # a checker may be anybody's
        raise DocumentsFailed(
            f"the checker {checker.name} failed: {type(error).__name__}: {error}"
        ) from error


def cores() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def on_threads(count: int) -> Iterator[Executor]:
    """Threads for checkers that wait for a network."""
    executor = ThreadPoolExecutor(count, thread_name_prefix="check")
    try:
        yield executor
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _End(Generic[T]):
    error: BaseException | None = None


def in_order(
    tasks: Iterable[T],
    work: Callable[[T], R],
    executor: Executor,
    *,
    ahead: int,
    block: int = 1,
) -> Iterator[R]:
    """What `work` makes of each task, in their order.

    Args:
        tasks: read on a thread of its own, so that a slow one holds up no result.
        work: picklable where the executor's workers are processes.
        executor: who works.
        ahead: blocks in work at most; bounds the memory.
        block: tasks handed over at once, where so many are waiting.
    """
    feed: queue.Queue[T | _End[T]] = queue.Queue(maxsize=max(1, ahead * block))
    abandoned = threading.Event()
    threading.Thread(target=_read, args=(tasks, feed, abandoned), daemon=True).start()
    pending: deque[Future[list[R]]] = deque()
    end: _End[T] | None = None
    try:
        while pending or end is None:
            if end is None and len(pending) < ahead:
                taken = _take(feed, block, wait=not pending)
                if taken and isinstance(taken[-1], _End):
                    end = taken.pop()
                if taken:
                    pending.append(executor.submit(_run, work, taken))
                    continue
            if pending:
                yield from pending.popleft().result()
        if end is not None and end.error is not None:
            raise end.error
    finally:
        abandoned.set()
        for future in pending:
            future.cancel()


def _read(tasks: Iterable[T], feed: queue.Queue[T | _End[T]], abandoned: threading.Event) -> None:
    end: _End[T] = _End()
    try:
        for task in tasks:
            if not _put(feed, task, abandoned):
                return
    except BaseException as error:  # raised again where the results are read
        end = _End(error)
    _put(feed, end, abandoned)


def _put(feed: queue.Queue[T | _End[T]], item: T | _End[T], abandoned: threading.Event) -> bool:
    while not abandoned.is_set():
        try:
            feed.put(item, timeout=0.5)
        except queue.Full:
            continue
        return True
    return False


def _take(feed: queue.Queue[T | _End[T]], most: int, *, wait: bool) -> list[Any]:
    """What is waiting, up to so many and up to the end; at least one if it is to wait."""
    taken: list[Any] = []
    while len(taken) < most:
        try:
            item = feed.get(block=wait and not taken)
        except queue.Empty:
            break
        taken.append(item)
        if isinstance(item, _End):
            break
    return taken


def _run(work: Callable[[T], R], tasks: list[T]) -> list[R]:
    return [work(task) for task in tasks]


_own: Checker | None = None
"""In a worker process: its checker."""


def _start_worker(name: str) -> None:
    global _own
    # Ctrl-C reaches every process of the terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    from summarizer_eval.claims.registry import make_checker

    _own = make_checker(name)


@contextmanager
def _processes(count: int, checker: str) -> Iterator[Executor]:
    import multiprocessing

    # Forking is quick, and safe while there is one thread; macOS and Windows always spawn.
    single = sys.platform == "linux" and threading.active_count() == 1
    executor = ProcessPoolExecutor(
        count,
        mp_context=multiprocessing.get_context("fork" if single else "spawn"),
        initializer=_start_worker,
        initargs=(checker,),
    )
    try:
        executor.submit(int).result()  # forks now, before the thread that reads begins
        yield executor
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _pair(
    task: tuple[int, bytes], *, where: str, html: bool, checker: Checker | None = None
) -> PairResult:
    """One line; whatever is wrong with it or with its check is said in its row."""
    number, line = task
    name: Any = number
    try:
        row = parse_line(line, where=f"{where}:{number}")
        name = row.get("id", number)
        source, summary = _given(row, f"{where}:{number}", html=html)
    except InputError as error:
        return PairResult({"id": name, "error": str(error)}, "input")
    chosen = checker or _own
    assert chosen is not None
    try:
        report = checked(chosen, source, summary)
    except ReplayMiss as error:
        return PairResult({"id": name, "error": str(error)}, "unrecorded")
    except DocumentsFailed as error:
        return PairResult({"id": name, "error": str(error)}, "checker")
    return PairResult({"id": name, "claims": [claim.to_json() for claim in report.claims]})


def _given(row: Json, where: str, *, html: bool) -> tuple[SourceDocument, str]:
    from summarizer_eval.claims.claim import SourceDocument

    given: dict[str, str] = {}
    for field in ("source", "summary", "title", "date", "url"):
        value = row.get(field)
        if value is None and field not in ("source", "summary"):
            value = ""
        if not isinstance(value, str):
            raise InputError(f"has no text in {field!r}", where=where)
        given[field] = value
    if html:
        from summarizer.markup import extract_text

        given["source"] = extract_text(given["source"]).text
    source = SourceDocument(given["source"], given["title"], given["url"], given["date"])
    return source, given["summary"]
