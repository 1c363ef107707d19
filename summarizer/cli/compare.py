"""``summarizer compare``: paired differences between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from summarizer.cli.options import comma_list, json_option, run_arguments

if TYPE_CHECKING:
    from summarizer_eval.comparison import Candidate, Comparison, Difference

__all__ = ["command"]


@click.command(
    "compare", epilog="Example: summarizer compare runs/old runs/new --metric rouge1,faithfulness"
)
@run_arguments(minimum=2)
@click.option("--metric", "metrics", multiple=True, callback=comma_list, help="Only these.")
@click.option("--all", "all_metrics", is_flag=True, help="All metrics, not only the primary ones.")
@click.option("--markdown", is_flag=True, help="A Markdown table, for a pull request.")
@click.option("--labels", type=click.Path(), metavar="FILE",
              help="Preferences of people: how far each metric agrees with them.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstrap.")
@json_option()
def command(
    runs: tuple[str, ...], metrics: tuple[str, ...], all_metrics: bool, markdown: bool,
    labels: str | None, seed: int, as_json: bool,
) -> int:  # fmt: skip
    """Compare runs with the first one, paired by document, clustered by source."""
    from summarizer.cli.output import print_json
    from summarizer_eval.comparison import PRIMARY, compare

    result = compare(list(runs), metrics=metrics or None, primary=metrics or PRIMARY, seed=seed)
    agreements = _agreements(runs, labels, seed) if labels else None
    if as_json:
        row = result.to_json()
        row["summaries"] = _summaries(runs, row)
        if agreements is not None:
            row["labels"] = agreements
        print_json(row)
        return 0
    everything = all_metrics or bool(metrics)
    for candidate in result.candidates:
        if markdown:
            _markdown(result, candidate, everything)
        else:
            _table(result, candidate, everything)
    if len(runs_compared := [result.baseline, *(item.run for item in result.candidates)]) > 2:
        _show_ranks(result, runs_compared, markdown=markdown)
    for entry in agreements or ():
        _show_agreement(entry, everything)
    return 0


def _show_ranks(result: Comparison, runs: list[str], *, markdown: bool) -> None:
    """Which of several runs is first, by primary metric; equal ranks can't be told apart."""
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
        print_line("| " + " | ".join(_escape(name) for name in heading) + " |")
        print_line("|" + " --- |" * len(heading))
        for row in rows:
            print_line("| " + " | ".join(_escape(cell) for cell in row) + " |")
    else:
        print_table(heading, rows, right=range(1, len(heading)))
    print_line()


def _summaries(runs: tuple[str, ...], row: dict[str, Any]) -> dict[str, dict[str, str | None]]:
    """Document to run to summary, for the best and worst documents."""
    from summarizer.run import open_runs

    wanted = {
        entry["document"]
        for candidate in row["candidates"]
        for item in candidate["metrics"].values()
        for entry in (*item["worst"], *item["best"])
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


def _show_agreement(entry: dict[str, Any], everything: bool) -> None:
    from summarizer.cli.output import print_line, print_table
    from summarizer_eval.comparison import PRIMARY

    print_line(
        f"People preferred {entry['run']} {entry['wins']} times, {entry['baseline']} "
        f"{entry['losses']} times, and called {entry['ties']} as good."
    )
    rows = [
        (
            item["metric"],
            item["n"],
            "–" if item["accuracy"] is None else f"{item['accuracy']:.2f}",
            "–" if item["tau"] is None else f"{item['tau']:+.2f}",
            _range(item["low"], item["high"]),
        )
        for item in entry["metrics"]
        if everything or item["metric"] in PRIMARY
    ]
    print_table(["metric", "labels", "accuracy", "Kendall's tau", "95% interval"], rows,
                right=(1, 2, 3))  # fmt: skip
    print_line()


_COLUMNS = ["metric", "difference", "95% interval", "adjusted", "p adj.", "win/tie/loss",
            "sources", "detectable", "needed", "verdict"]  # fmt: skip


def _rows(candidate: Candidate, everything: bool) -> list[tuple[str, ...]]:
    arrows = {"higher": " ↑", "lower": " ↓", "neutral": ""}
    return [
        (
            name + arrows[item.direction],
            f"{item.difference:+.4f}",
            _range(item.low, item.high),
            _range(item.low_adjusted, item.high_adjusted) if item.primary else "",
            "-" if item.p_adjusted is None else f"{item.p_adjusted:.3f}",
            f"{item.wins}/{item.ties}/{item.losses}",
            str(item.n_clusters),
            "-" if item.mde is None else f"{item.mde:.4f}",
            "-" if item.needed_clusters is None else str(item.needed_clusters),
            item.verdict,
        )
        for name, item in candidate.metrics.items()
        if everything or item.primary
    ]


def _range(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{low:+.4f} … {high:+.4f}"


def _table(result: Comparison, candidate: Candidate, everything: bool) -> None:
    from summarizer.cli.output import note, print_line, print_table

    print_line(f"{candidate.run} against {result.baseline}")
    print_table(_COLUMNS, _rows(candidate, everything), right=(1, 4, 5, 6, 7, 8))
    for name, item in candidate.metrics.items():
        if (everything or item.primary) and (item.only_baseline or item.only_candidate):
            note(
                f"{name}: {item.only_baseline} documents scored only in the baseline, "
                f"{item.only_candidate} only in the candidate"
            )
    for name, item in candidate.metrics.items():
        if item.primary and item.worst:
            _examples(name, item)
    print_line()


def _examples(name: str, item: Difference) -> None:
    from summarizer.cli.output import print_line, shorten

    named: list[Any] = [("worst", item.worst[:2]), ("best", item.best[:1])]
    for label, rows in named:
        for document, value in rows:
            print_line(f"  {name} {label}: {value:+.3f}  {shorten(document, 90)}")


def _markdown(result: Comparison, candidate: Candidate, everything: bool) -> None:
    from summarizer.cli.output import print_line

    print_line(f"**{_escape(candidate.run)}** against {_escape(result.baseline)}")
    print_line()
    print_line("| " + " | ".join(_COLUMNS) + " |")
    print_line("|" + " --- |" * len(_COLUMNS))
    for row in _rows(candidate, everything):
        print_line("| " + " | ".join(_escape(cell) for cell in row) + " |")
    print_line()


def _escape(text: str) -> str:
    """No live HTML, image, link or mention in Markdown."""
    import re

    return re.sub(r"([\\`*_{}\[\]<>()#!|@~])", r"\\\1", text)
