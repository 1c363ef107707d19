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
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstrap.")
@json_option()
def command(
    runs: tuple[str, ...], metrics: tuple[str, ...], all_metrics: bool, markdown: bool,
    seed: int, as_json: bool,
) -> int:  # fmt: skip
    """Compare runs with the first one, paired by document, clustered by source."""
    from summarizer.cli.output import print_json
    from summarizer_eval.comparison import PRIMARY, compare

    result = compare(list(runs), metrics=metrics or None, primary=metrics or PRIMARY, seed=seed)
    if as_json:
        print_json(result.to_json())
        return 0
    everything = all_metrics or bool(metrics)
    for candidate in result.candidates:
        if markdown:
            _markdown(result, candidate, everything)
        else:
            _table(result, candidate, everything)
    return 0


_COLUMNS = ["metric", "difference", "95% interval", "adjusted", "p adj.", "win/tie/loss",
            "sources", "detectable", "verdict"]  # fmt: skip


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
    print_table(_COLUMNS, _rows(candidate, everything), right=(1, 4, 5, 6, 7))
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
