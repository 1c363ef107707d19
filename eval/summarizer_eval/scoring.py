"""Scores runs: streams their generations through the metrics, keeps what is measured already.

Means are taken within sources, then over them. A document without a summary is unscored, never
zero, and `scored_share` says how many there are.
"""

from __future__ import annotations

import os
import warnings
from collections import deque
from typing import TYPE_CHECKING

from summarizer.run import Run, open_runs, write_json
from summarizer_eval import scale
from summarizer_eval.metrics.registry import Settings
from summarizer_eval.references import ItemSource, checked_rule, fingerprint
from summarizer_eval.runscores import ROWS_FILE, SCORES_FILE, DocumentScores, RunScores, position
from summarizer_eval.scorefile import ScoreFile
from summarizer_eval.tally import Tally
from summarizer_eval.tokenizers import make_tokenizer, warning_for
from summarizer_eval.workers import Workshop, executor, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from summarizer.jsonlines import Json
    from summarizer_eval.metric import Metric
    from summarizer_eval.scorefile import Block
    from summarizer_eval.workers import Crew, Task

__all__ = ["DocumentScores", "RunScores", "position", "score"]

_CHUNK = 256
"""Generations measured together: enough for batches to pay."""
_SLOW_CHUNK = 8
"""The same where a metric takes its time: progress is seen, and little is lost by a kill."""
_IN_FLIGHT = 2
"""Chunks a process that wait: they bound the memory, and what a kill loses."""


def score(
    runs: Run | str | Path | Iterable[Run | str | Path],
    *,
    metrics: Sequence[str | Metric] | None = None,
    against: Sequence[str] = ("stored", "source"),
    references: str = "stored",
    tokenizer: str = "cjk",
    jobs: int | None = None,
    seed: int = 0,
    refresh: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[RunScores]:
    """Score runs against the stored summaries and the source; only what is new is measured.

    Args:
        runs: run directories, matrices or open runs.
        metrics: groups, figures, entry points, ``module:object`` or `Metric` objects; None: the
            default groups.
        against: ``stored``, ``source`` or both.
        references: ``stored`` (each document's own), ``same-url`` or ``same-url-max`` (those of
            all documents of its source; mean or best).
        tokenizer: one of `summarizer_eval.tokenizers.TOKENIZERS`.
        jobs: processes; None: one a core for large runs.
        seed: of the random pairs of the chance level.
        refresh: measure anew what is there already: after a change to a metric of your own.
        progress: called with the generations done and their number.

    Raises:
        RunError: a path is no run.
        InputError: a metric, tokenizer or rule does not exist.
        MissingExtra: a metric needs a package that is absent.

    >>> import tempfile
    >>> from summarizer import read_archive, regenerate, score
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     outcomes = regenerate(
    ...         read_archive("examples/archive"), prompts=["brief_zh"],
    ...         models=["extractive:lead"], out=folder + "/run")
    ...     [scores] = score(folder + "/run")
    >>> 0 < scores.figures["rougeL"].mean < 1
    True
    """
    opened: list[Run] = []
    for run in [runs] if isinstance(runs, (str, Run, os.PathLike)) else runs:
        opened += [run] if isinstance(run, Run) else open_runs([run])
    names = tuple(entry for entry in metrics or () if isinstance(entry, str))
    own = tuple(entry for entry in metrics or () if not isinstance(entry, str))
    settings = Settings(names, tuple(against), checked_rule(references), tokenizer)
    workshop = Workshop(settings, own, named_only=bool(own) and not names, refresh=refresh)
    totals = [_planned(run) for run in opened]
    report = _Progress(progress, sum(totals))
    with executor(workshop, jobs, sum(totals)) as crew:
        return [_score_run(run, workshop, crew, seed, report) for run in opened]


def _planned(run: Run) -> int:
    requests = (run.info.get("plan") or {}).get("requests")
    return requests if isinstance(requests, int) else sum(len(p.keys) for p in run.planned())


class _Progress:
    def __init__(self, call: Callable[[int, int], None] | None, total: int) -> None:
        self._call, self._total, self._done = call, total, 0

    def advance(self) -> None:
        self._done += 1
        if self._call is not None:
            self._call(self._done, self._total)


def _score_run(
    run: Run, workshop: Workshop, crew: Crew | None, seed: int, report: _Progress
) -> RunScores:
    source = ItemSource(run, same_url=workshop.settings.reference_kind == "same-url")
    tally = Tally(workshop)
    with ScoreFile(run.path / ROWS_FILE) as file:
        for kept, new in _measured(source, file, workshop, crew):
            block = {**kept, **{(row["metric"], row["signature"]): row for row in new}}
            file.write(block.values())
            tally.add(block)
            report.advance()
    levels, cache = _levels(run, workshop, seed)
    figures = tally.figures(levels)
    result = RunScores(run, figures, levels, frozenset(workshop.groups))
    _write_summary(run, workshop, result, cache)
    return result


def _measured(
    source: ItemSource, file: ScoreFile, workshop: Workshop, crew: Crew | None
) -> Iterator[tuple[Block, list[Json]]]:
    """The lines that hold still and the new ones, generation by generation, in order."""
    pending: deque[tuple[list[Block], Future[list[list[Json]]] | list[list[Json]]]] = deque()
    for chunk in _chunks(source, file, workshop):
        blocks = [block for block, _ in chunk]
        work = [entry for _, entry in chunk]
        if crew is None or not any(entry[3] for entry in work):
            pending.append((blocks, workshop.measure(work)))
        else:
            pending.append((blocks, crew.pool.submit(measure, work)))
        while len(pending) > (0 if crew is None else _IN_FLIGHT * crew.jobs):
            yield from _ready(pending.popleft())
    while pending:
        yield from _ready(pending.popleft())


def _ready(
    entry: tuple[list[Block], Future[list[list[Json]]] | list[list[Json]]],
) -> Iterator[tuple[Block, list[Json]]]:
    blocks, result = entry
    rows = result if isinstance(result, list) else result.result()
    yield from zip(blocks, rows, strict=True)


def _chunks(
    source: ItemSource, file: ScoreFile, workshop: Workshop
) -> Iterator[list[tuple[Block, Task]]]:
    chunk: list[tuple[Block, Task]] = []
    size = _SLOW_CHUNK if workshop.one_process else _CHUNK
    warned = 0
    tokenizer = make_tokenizer(workshop.settings.tokenizer)
    for item, sample in source:
        if item.summary and warned < 20:  # the first texts tell what kind of archive it is
            warned += 1
            message = warning_for(tokenizer, item.summary)
            if message:
                warnings.warn(message, UserWarning, stacklevel=2)
                warned = 20
        stamps = fingerprint(item)
        block = file.old(item.document.id, sample, stamps[0])
        missing = workshop.missing(block, stamps)
        chunk.append((block, (item, sample, stamps, missing)))
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _levels(run: Run, workshop: Workshop, seed: int) -> tuple[dict[str, Json], dict[str, Json]]:
    """Chance level and self-agreement of the reference metrics; cached in ``scores.json``."""
    wanted = [
        (metric, digest)
        for metric, digest in zip(workshop.metrics, workshop.digests, strict=True)
        if getattr(metric, "against", None) == "stored"
    ]
    cache: dict[str, Json] = dict(_read_summary(run).get("scale", {}))
    levels: dict[str, Json] = {}
    if not wanted:
        return levels, cache
    archive = scale.Pool(run.documents, seed=seed)
    stamp = archive.digest
    for metric, digest in wanted:
        entry = workshop.scales.get((stamp, digest))  # runs over one archive share it
        if entry is None and not workshop.refresh:
            entry = cache.get(digest)
        if entry is None or entry.get("input") != stamp:
            entry = {"input": stamp, "seed": seed, "levels": scale.measure(archive, metric)}
        cache[digest] = workshop.scales[stamp, digest] = entry
        levels.update(entry["levels"])
    return levels, cache


def _read_summary(run: Run) -> Json:
    from summarizer.errors import InputError
    from summarizer.jsonlines import read_json

    try:
        return read_json(run.path / SCORES_FILE)
    except InputError:  # absent or broken: written anew
        return {}


def _write_summary(
    run: Run, workshop: Workshop, result: RunScores, cache: Mapping[str, Json]
) -> None:
    """``scores.json``: the last figures of every metric, and the scale."""
    old = _read_summary(run)
    metrics: Json = dict(old.get("metrics") or {})
    metrics.update({name: figure.to_json() for name, figure in result.figures.items()})
    write_json(
        run.path / SCORES_FILE,
        {
            "schema": 1,
            "metrics": dict(sorted(metrics.items())),
            "scale": dict(sorted(cache.items())),
        },
    )
