"""Re-summarize documents in a batch: prompts × models × samples, into runs that lose nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.budget import Budget
from summarizer.errors import InputError, Interrupted, SummarizerError, Terminated
from summarizer.eventloop import run_blocking
from summarizer.prompt import Prompt
from summarizer.regeneration.asking import MAX_ATTEMPTS, Asker
from summarizer.regeneration.engine import Batch
from summarizer.regeneration.journal import Journal, lock_run
from summarizer.regeneration.limits import EndpointLimits
from summarizer.regeneration.plan import Plan, check_folder, prepare, run_folder
from summarizer.regeneration.totals import Totals
from summarizer.run import Run, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from summarizer.cache import Cache
    from summarizer.document import Document
    from summarizer.models.base import Model

__all__ = ["Options", "Outcome", "aregenerate", "regenerate"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a batch is run; what is asked stands in prompts, models and params."""

    concurrency: int = 16
    rpm: float | None = None
    """Requests a minute."""
    tpm: float | None = None
    """Tokens a minute."""
    max_cost_usd: float | None = None
    deadline_s: float | None = None
    max_attempts: int = MAX_ATTEMPTS
    refresh: bool = False
    """Ask again for everything."""
    retry_failed: bool = False
    resume: bool = False
    context_window: int | None = None


@dataclass(slots=True)
class Outcome:
    """One run of the batch and what it came to."""

    run: Run
    totals: Totals
    error: SummarizerError | None = None
    faulty: list[tuple[str, str]] = field(default_factory=list)
    """(document id, why it was not asked)."""


def regenerate(
    documents: Iterable[Document],
    *,
    prompts: Sequence[Prompt | str],
    models: Sequence[Model | str],
    out: str | Path,
    **named: Any,
) -> list[Outcome]:
    """`aregenerate` for callers without an event loop.

    >>> import tempfile
    >>> from summarizer import read_archive, regenerate
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     outcomes = regenerate(
    ...         read_archive("examples/archive"), prompts=["brief_zh"],
    ...         models=["extractive:lead"], out=folder + "/run")
    >>> outcomes[0].totals.failed
    0
    """
    return run_blocking(
        lambda: aregenerate(documents, prompts=prompts, models=models, out=out, **named)
    )


async def aregenerate(
    documents: Iterable[Document],
    *,
    prompts: Sequence[Prompt | str],
    models: Sequence[Model | str],
    out: str | Path,
    params: Mapping[str, Any] | None = None,
    samples: int = 1,
    options: Options | None = None,
    cache: Cache | None = None,
    archive: Mapping[str, Any] | None = None,
    on_progress: Callable[[Run, Totals], None] | None = None,
) -> list[Outcome]:
    """Summarize documents with each prompt and model; converges on what is already there.

    Args:
        documents: streamed once.
        prompts: prompts or their names.
        models: models or their specs.
        out: the run's directory; of several prompts or models the matrix' directory.
        params: passed to the endpoint, over the prompt's own.
        samples: answers a document.
        options: limits and what to ask again.
        cache: an open response cache, or None.
        archive: where the documents come from, for ``run.json``.
        on_progress: called after every generation.

    Raises:
        InputError: an unusable prompt, model or directory; nothing was asked.

    What ends a run early (endpoint, budget, an interrupt) stands in its outcome's ``error``.
    """
    chosen = options or Options()
    plans = _plans(prompts, models, params or {}, samples, chosen, archive or {})
    folder = Path(out)
    matrix = len(plans) > 1
    folders = [run_folder(folder, plan) for plan in plans] if matrix else [folder]
    if matrix:
        _write_matrix(folder, plans, folders)
    outcomes: list[Outcome] = []
    locks: list[int] = []
    limits: dict[str, Asker] = {}
    budget = Budget(chosen.max_cost_usd)
    deadline = None if chosen.deadline_s is None else time.monotonic() + chosen.deadline_s
    try:
        source: Iterable[Document] = documents
        for plan, place in zip(plans, folders, strict=True):
            check_folder(plan, place, resume=chosen.resume)
            place.mkdir(parents=True, exist_ok=True)
            locks.append(lock_run(place))
            faulty: list[tuple[str, str]] = []
            run = prepare(
                plan,
                place,
                source,
                on_faulty=_Faulty(faulty),
            )
            source = _Again(run)
            outcome = Outcome(run, Totals(), None, faulty)
            outcomes.append(outcome)
            asker = _asker(plan, limits, chosen)
            outcome.error = await _fill(
                plan, outcome, asker, budget, cache, chosen, deadline, on_progress
            )
            if isinstance(outcome.error, Interrupted):
                break
    finally:
        for lock in locks:
            os.close(lock)
        for plan in plans:
            await plan.model.aclose()
    return outcomes


class _Faulty:
    """Notes documents that cannot be asked."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        self._found = found

    def __call__(self, document: Document, why: str) -> None:
        self._found.append((document.id, why))


class _Again:
    """The documents of a run, as often as wanted: the archive is read once for a whole matrix."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def __iter__(self) -> Iterator[Document]:
        return self._run.documents()


def _plans(
    prompts: Sequence[Prompt | str],
    models: Sequence[Model | str],
    params: Mapping[str, Any],
    samples: int,
    options: Options,
    archive: Mapping[str, Any],
) -> list[Plan]:
    from summarizer.models.registry import make_model

    if not prompts or not models:
        raise InputError("at least one prompt and one model are needed")
    loaded = [Prompt.load(item) if isinstance(item, str) else item for item in prompts]
    made = [make_model(item) if isinstance(item, str) else item for item in models]
    return [
        Plan.of(
            prompt,
            model,
            params=params,
            samples=samples,
            window=options.context_window,
            archive=archive,
        )
        for prompt in loaded
        for model in made
    ]


def _write_matrix(folder: Path, plans: Sequence[Plan], folders: Sequence[Path]) -> None:
    from summarizer.errors import RunError
    from summarizer.run import MATRIX_FILE

    if folder.is_dir() and not (folder / MATRIX_FILE).exists() and any(folder.iterdir()):
        raise RunError(
            "is neither empty nor a matrix of ours", where=folder, hint="choose another --out"
        )
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {"dir": place.name, "prompt": plan.prompt.name, "model": plan.model.spec}
        for plan, place in zip(plans, folders, strict=True)
    ]
    write_json(folder / MATRIX_FILE, {"schema": 1, "runs": rows})


def _asker(plan: Plan, known: dict[str, Asker], options: Options) -> Asker:
    """One set of limits an endpoint; successes are counted a model."""
    shared = known.get(plan.model.endpoint)
    limits = (
        shared.limits
        if shared
        else EndpointLimits(concurrency=options.concurrency, rpm=options.rpm, tpm=options.tpm)
    )
    asker = Asker(plan.model, limits, max_attempts=options.max_attempts)
    known.setdefault(plan.model.endpoint, asker)
    return asker


async def _fill(
    plan: Plan,
    outcome: Outcome,
    asker: Asker,
    budget: Budget,
    cache: Cache | None,
    options: Options,
    deadline: float | None,
    on_progress: Callable[[Run, Totals], None] | None,
) -> SummarizerError | None:
    """Fill one run and note its totals; returns what ended it early, if anything did."""
    run = outcome.run
    journal = Journal(run.generations_path)
    batch = Batch(
        plan,
        run,
        journal,
        asker,
        budget,
        cache,
        refresh=options.refresh,
        retry_failed=options.retry_failed,
        deadline=deadline,
        on_progress=(lambda totals: on_progress(run, totals)) if on_progress else None,
        totals=outcome.totals,
    )
    error: SummarizerError | None = None
    with _signals(batch) as interrupted:
        try:
            await batch.fill()
        except SummarizerError as reason:
            error = reason
        finally:
            journal.close()
            run.info["totals"] = outcome.totals.to_json()
            write_json(run.path / "run.json", run.info)
    if interrupted:
        kind = Terminated if signal.SIGTERM in interrupted else Interrupted
        error = kind("interrupted; what came is saved", hint="run the same command to go on")
    return error


@contextlib.contextmanager
def _signals(batch: Batch) -> Iterator[list[int]]:
    """Ctrl-C or SIGTERM once: end what is in flight and save; twice: stop at once."""
    loop = asyncio.get_running_loop()
    received: list[int] = []
    current = asyncio.current_task()

    def on_signal(number: int) -> None:
        received.append(number)
        batch.halt()
        if len(received) > 1 and current is not None:
            current.cancel()

    watched = []
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, on_signal, number)
            watched.append(number)
    try:
        yield received
    except asyncio.CancelledError:
        if not received:
            raise
    finally:
        for number in watched:
            loop.remove_signal_handler(number)
