"""``summarizer compare``: paired differences between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from summarizer.cli.options import comma_list, json_option, run_arguments

if TYPE_CHECKING:
    from summarizer_eval.differences import Comparison

__all__ = ["command"]


def _effects(
    _context: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> dict[str, float]:
    """Metric to difference; ``""`` for every metric."""
    found = {}
    for value in values:
        name, _, number = value.rpartition("=")
        try:
            found[name] = float(number)
        except ValueError:
            raise click.BadParameter(f"{value!r} is no NUMBER and no METRIC=NUMBER") from None
        if not 0 < abs(found[name]) < float("inf"):
            raise click.BadParameter(f"{value!r}: such a difference is never shown")
    return found


@click.command(
    "compare", epilog="Example: summarizer compare runs/old runs/new --metric rouge1,faithfulness"
)
@run_arguments(minimum=2)
@click.option("--metric", "metrics", multiple=True, callback=comma_list, help="Only these.")
@click.option("--all", "all_metrics", is_flag=True, help="All metrics, not only the primary ones.")
@click.option("--markdown", is_flag=True, help="A Markdown table, for a pull request.")
@click.option("--labels", type=click.Path(), metavar="FILE",
              help="Preferences of people: how far each metric agrees with them.")  # fmt: skip
@click.option("--effect", "effects", multiple=True, callback=_effects,
              metavar="[METRIC=]NUMBER",
              help="How many sources would show this difference; repeats.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstrap.")
@json_option()
def command(
    runs: tuple[str, ...], metrics: tuple[str, ...], all_metrics: bool, markdown: bool,
    labels: str | None, effects: dict[str, float], seed: int, as_json: bool,
) -> int:  # fmt: skip
    """Compare runs with the first one, paired by document, clustered by source."""
    from summarizer.cli._compared import show_markdown, show_table
    from summarizer.cli.output import print_json
    from summarizer_eval.comparison import PRIMARY, compare

    result = compare(
        list(runs), metrics=metrics or None, primary=metrics or PRIMARY, seed=seed, effects=effects
    )
    agreements = _agreements(runs, labels, seed) if labels else None
    if as_json:
        row = result.to_json()
        row["summaries"] = _summaries(runs, result)
        if agreements is not None:
            row["labels"] = agreements
        print_json(row)
        return 0
    everything = all_metrics or bool(metrics)
    summaries = _summaries(runs, result)
    show = show_markdown if markdown else show_table
    for candidate in result.candidates:
        show(result, candidate, summaries, everything=everything)
    if len(runs_compared := [result.baseline, *(item.run for item in result.candidates)]) > 2:
        _show_ranks(result, runs_compared, markdown=markdown)
    for entry in agreements or ():
        _show_agreement(entry, everything, markdown=markdown)
    return 0


def _show_ranks(result: Comparison, runs: list[str], *, markdown: bool) -> None:
    """Which of several runs is first, by primary metric; equal ranks can't be told apart."""
    from summarizer.cli._compared import print_markdown_table
    from summarizer.cli.output import print_line, print_table

    names = list(result.ranks)
    if not names:
        return
    rows = [
        (run, *(str(result.ranks[name].get(run, "–")) for name in names))
        for run in sorted(runs, key=lambda run: [result.ranks[n].get(run, 99) for n in names])
    ]
    heading = ["rank, shared where runs cannot be told apart", *names]
    if markdown:
        print_markdown_table(heading, rows)
    else:
        print_table(heading, rows, right=range(1, len(heading)))
    print_line()


def _summaries(runs: tuple[str, ...], result: Comparison) -> dict[str, dict[str, str | None]]:
    """Document to run to summary, for the best and worst documents."""
    from summarizer.run import open_runs

    wanted = {
        document
        for candidate in result.candidates
        for item in candidate.metrics.values()
        for document, _ in (*item.worst, *item.best)
    }
    found: dict[str, dict[str, str | None]] = {name: {} for name in sorted(wanted)}
    for run in open_runs(runs):
        for document, generation in run.results():
            if document.id in wanted:
                summary = generation.summary if generation else None
                found[document.id].setdefault(str(run.path), summary)
    return found


def _agreements(runs: tuple[str, ...], path: str, seed: int) -> list[dict[str, Any]]:
    """Of the first run and each other: what people preferred, and how far metrics agree."""
    from pathlib import Path

    from summarizer_eval.labels import agreement, read_labels, win_share
    from summarizer_eval.scoring import score

    labels = read_labels(Path(path))
    first, *others = score(list(runs))
    found = []
    for other in others:
        pair = {first.run.name, other.run.name}
        between = [label for label in labels if {label.a, label.b} == pair]
        wins, ties, losses = win_share(between, other.run.name)
        metrics = [item.to_json() for item in agreement(labels, first, other, seed=seed)]
        found.append({
            "run": other.run.name, "baseline": first.run.name,
            "wins": wins, "ties": ties, "losses": losses, "metrics": metrics,
        })  # fmt: skip
    return found


def _show_agreement(entry: dict[str, Any], everything: bool, *, markdown: bool) -> None:
    from summarizer.cli._compared import interval, print_markdown_table
    from summarizer.cli.output import print_line, print_table
    from summarizer_eval.comparison import PRIMARY
    from summarizer_eval.markdown import inert

    said = (
        f"People preferred {entry['run']} {entry['wins']} times, {entry['baseline']} "
        f"{entry['losses']} times, and called {entry['ties']} as good."
    )
    heading = ["metric", "labels", "accuracy", "95% interval", "Kendall's tau", "95% interval"]
    rows = [
        (
            item["metric"],
            str(item["n"]),
            "–" if item["accuracy"] is None else f"{item['accuracy']:.2f}",
            _shares(item["accuracy_low"], item["accuracy_high"]),
            "–" if item["tau"] is None else f"{item['tau']:+.2f}",
            interval(item["low"], item["high"]),
        )
        for item in entry["metrics"]
        if everything or item["metric"] in PRIMARY
    ]
    if markdown:
        print_line(inert(said))
        print_line()
        print_markdown_table(heading, rows)
    else:
        print_line(said)
        print_table(heading, rows, right=range(1, len(heading)))
        print_line()


def _shares(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{low:.2f} … {high:.2f}"
