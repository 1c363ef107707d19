"""``summarizer score``: figures of runs, each with its interval, coverage and scale."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import click

from summarizer.cli._checkers import checker_options
from summarizer.cli.options import comma_list, json_option, quiet_option, run_arguments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from summarizer_eval.metric import Figure
    from summarizer_eval.scoring import RunScores

__all__ = ["command"]

_EPILOG = "Example: summarizer score runs/new runs/old --metric rouge,claims"


@click.command("score", epilog=_EPILOG)
@run_arguments()
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    callback=comma_list,
    help="Group, figure, entry point or module:object; repeats, takes commas.",
)
@click.option(
    "--against",
    multiple=True,
    callback=comma_list,
    help="stored, source or both (default).",
)
@click.option(
    "--references",
    type=click.Choice(["stored", "same-url", "same-url-max"]),
    default="stored",
    show_default=True,
    help="Hold a summary against its own stored one, or those of all files of its URL.",
)
@click.option("--tokenizer", default="cjk", show_default=True, help="Of ROUGE and its kin.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the chance level.")
@click.option("--jobs", type=click.IntRange(1), help="Processes; default: one a core.")
@click.option("--refresh", is_flag=True, help="Measure anew, e.g. after changing your own metric.")
@click.option("--all", "show_all", is_flag=True, help="Also show precision and recall.")
@checker_options
@json_option("Print {runs: [{run, signature, metrics}]}.")
@quiet_option
def command(
    runs: tuple[str, ...],
    metrics: tuple[str, ...],
    against: tuple[str, ...],
    references: str,
    tokenizer: str,
    seed: int,
    jobs: int | None,
    refresh: bool,
    show_all: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Score RUNs against the stored summaries and the source.

    Only what is new since the last time is measured (--refresh measures all anew, as a changed
    metric of your own needs); the values stand in scores.jsonl and scores.json of each run.
    """
    from summarizer.cli._judged import metrics_with_checker
    from summarizer.cli.output import note, print_json, print_line, progress_bar
    from summarizer_eval.metrics.registry import with_parts
    from summarizer_eval.scoring import score

    wanted = with_parts(metrics) if show_all else metrics
    chosen, code = metrics_with_checker(options, runs, wanted, against, quiet=quiet)
    bar = progress_bar(quiet=quiet)
    task = bar.add_task("scoring", total=None, info="")

    def show(done: int, total: int) -> None:
        bar.start()  # after the worker processes are there: a fork beside threads is unsafe
        bar.update(task, completed=done, total=total)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            results = score(
                runs,
                metrics=chosen,
                against=against or ("stored", "source"),
                references=references,
                tokenizer=tokenizer,
                jobs=jobs,
                seed=seed,
                refresh=refresh or bool(options["ask_again"]),
                progress=show,
            )
        finally:
            bar.stop()
    for message in dict.fromkeys(str(entry.message) for entry in caught):
        note(f"summarizer: warning: {message}")
    if as_json:
        print_json({"runs": [result.to_json() for result in results]})
        return code
    for result in results:
        _show(result, show_all=show_all or bool(metrics))
    for line in _signature_lines(results):
        print_line(line)
    return code


def _show(result: RunScores, *, show_all: bool) -> None:
    from summarizer.cli.output import print_line, print_table

    print_line(str(result.run.path))
    rows = [
        _row(name, figure)
        for name, figure in result.figures.items()
        if show_all or not _is_part(name, result.figures)
    ]
    columns = ["metric", "mean", "95% interval", "documents", "sources", "unscored", "scale"]
    print_table(columns, rows, right=[1, 2, 3, 4])
    for line in _scale_lines(result):
        print_line(line)
    print_line()


def _is_part(name: str, figures: Mapping[str, Figure]) -> bool:
    """Whether a figure is the precision or recall of another one that is there too."""
    whole = name.removesuffix("_precision").removesuffix("_recall")
    return whole != name and whole in figures


def _row(name: str, figure: Figure) -> list[str]:
    arrow = {"higher": " ↑", "lower": " ↓", "neutral": ""}[figure.direction]
    return [
        name + arrow,
        _number(figure.mean),
        "–" if figure.low is None else f"{_number(figure.low)} … {_number(figure.high)}",
        str(figure.n_documents),
        str(figure.n_clusters),
        ", ".join(f"{count} {reason}" for reason, count in figure.unscored.items()),
        "" if figure.floor is None else f"{_number(figure.floor)} … {_number(figure.ceiling)}",
    ]


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    text = f"{value:.3f}" if abs(value) < 100 else f"{value:.1f}"
    return text.removeprefix("-") if text == "-0.000" else text


def _scale_lines(result: RunScores) -> list[str]:
    """Where the run stands between chance and self-agreement."""
    from summarizer_eval.scoring import position

    lines = []
    for name, figure in result.figures.items():
        place = position(figure)
        if place is None or _is_part(name, result.figures):
            continue
        title = name.replace("rouge", "ROUGE-")
        lines.append(
            f"{title} {_number(figure.mean)} · {place:.0%} of the way from chance "
            f"to self-agreement ({result.scale[name]['n_sources']} sources)"
        )
    return lines


def _signature_lines(results: Sequence[RunScores]) -> list[str]:
    """How the figures were measured; those that differ in their names alone share a line."""
    shared: dict[str, list[str]] = {}
    for name, figure in (pair for result in results for pair in result.figures.items()):
        if _is_part(name, results[0].figures):
            continue
        identity, bracket, rest = figure.signature.partition(" (")
        parts = [p for p in identity.split("|") if not p.startswith(("metric:", "stat:"))]
        names = shared.setdefault("|".join(parts) + bracket + rest, [])
        if name not in names:
            names.append(name)
    return [f"{' '.join(names)}: {text}" for text, names in shared.items()]
