"""``--checker`` for `score` and `audit`: a judge's checks are made many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from summarizer.document import Document
    from summarizer_eval.audit import Audited
    from summarizer_eval.claims import SourceDocument
    from summarizer_eval.metric import Metric

__all__ = ["Auditing", "metrics_with_checker"]


def metrics_with_checker(
    options: dict[str, Any],
    runs: Sequence[str],
    metrics: Sequence[str],
    against: Sequence[str],
    *,
    quiet: bool,
) -> tuple[Sequence[str | Metric] | None, int]:
    """What `score` measures, and the exit code of the checker.

    The embedded checker is among the metrics already; another one that the options name takes its
    place, where the metrics that were asked for (the default ones, if none) hold a figure of
    claims. All summaries are checked here; a document on which the checker failed is named, and
    unscored.

    Raises:
        InputError: there is no such checker, or its prompt or model cannot be used.
        EndpointUnusable, BudgetReached: nothing further can be asked, and nothing was scored.
    """
    from summarizer.cli._checkers import open_checker, refuse_judge_options
    from summarizer.cli.output import note, progress_bar
    from summarizer_eval.claims.ahead import check_ahead
    from summarizer_eval.claims.metric import ClaimsMetric

    if options["checker_name"] == "rules":
        refuse_judge_options(options)
        return metrics or None, 0
    figures = {"claims", *ClaimsMetric.names}
    if metrics and not figures & set(metrics):
        return metrics, 0
    with open_checker(options) as opened, progress_bar(quiet=quiet) as bar:
        task = bar.add_task("checking claims", total=None, info="")
        remembered = check_ahead(
            opened.checker,
            _pairs(runs),
            progress=lambda done: bar.update(task, completed=done),
        )
    for name, why in remembered.failed:
        note(f"{name}: {why}")
    others = [name for name in metrics or _default_groups(against) if name not in figures]
    code = 4 if remembered.failed else opened.exit_code
    return [*others, ClaimsMetric(remembered)], code


def _default_groups(against: Sequence[str]) -> list[str]:
    """The groups that `score` takes by default, of the sides that it measures against."""
    from summarizer_eval.metrics.registry import metric_groups

    groups = [name for name, default in metric_groups().items() if default]
    sides = set(against or ("stored", "source"))
    if "source" not in sides:
        groups = [n for n in groups if not n.startswith("source_") and n != "extractive"]
    if "stored" not in sides:
        groups = [name for name in groups if not name.startswith("rouge")]
    # The name of this group is that of one of its figures, and would stand for that one alone.
    parts = [f"{n}{end}" for n in groups if n.endswith("Lsum") for end in ("_precision", "_recall")]
    return [*groups, *parts]


def _pairs(runs: Sequence[str]) -> Iterator[tuple[str, SourceDocument, str]]:
    """Every summary of the runs that a metric of claims will look at."""
    from summarizer.run import open_runs
    from summarizer_eval.claims.metric import source_of

    for run in open_runs(runs):
        for document, generation in run.results():
            summary = None if generation is None else generation.summary
            if summary and document.source_text.strip():
                yield document.id, source_of(document), summary


class Auditing:
    """Audits documents with the checker that the options name.

    Attributes:
        exit_code: when all is audited: 4 where the checker failed on a document, else 0.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        self.exit_code = 0

    def __call__(self, documents: Iterable[Document]) -> Iterator[Audited]:
        """The documents in their order; a judge looks at many at once.

        Raises:
            EndpointUnusable, BudgetReached: nothing further can be asked.
        """
        from summarizer.cli._checkers import open_checker
        from summarizer.cli.output import note
        from summarizer_eval.audit import Auditor
        from summarizer_eval.claims.ahead import Tolerant
        from summarizer_eval.claims.many import in_order, on_threads

        with open_checker(self._options) as opened:
            checker = Tolerant(opened.checker)
            auditor = Auditor(checker)
            threads = getattr(opened.checker, "concurrency", None)
            if isinstance(threads, int):
                with on_threads(threads) as executor:
                    yield from in_order(documents, auditor, executor, ahead=threads * 2)
            else:
                yield from map(auditor, documents)
        for name, why in checker.failed:
            note(f"{name}: {why}")
        self.exit_code = 4 if checker.failed else opened.exit_code
