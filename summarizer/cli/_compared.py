"""How `compare` shows one candidate: tables, and the telling documents with both summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from summarizer_eval.differences import Candidate, Comparison, Difference

__all__ = ["interval", "print_markdown_table", "show_markdown", "show_table"]

_COLUMNS = ["metric", "difference", "95% interval", "adjusted", "p adj.", "win/tie/loss",
            "sources", "detectable", "needed", "verdict"]  # fmt: skip
_BESIDE = ["beside it", "p", "p permuted", "95% bootstrap", "of the scale"]
_ARROWS = {"higher": " ↑", "lower": " ↓", "neutral": ""}
_WORST, _BEST = 2, 1
_WIDTH = 120
"""Columns of a summary in a terminal; Markdown has it whole."""


def interval(low: float | None, high: float | None) -> str:
    """As tables have it."""
    return "-" if low is None or high is None else f"{low:+.4f} … {high:+.4f}"


def show_table(
    result: Comparison,
    candidate: Candidate,
    summaries: Mapping[str, Mapping[str, str | None]],
    *,
    everything: bool,
) -> None:
    """For people: two tables, then the documents that moved most."""
    from summarizer.cli.output import note, print_line, print_table, shorten

    shown = _shown(candidate, everything)
    print_line(f"{candidate.run} against {result.baseline}")
    print_table(_COLUMNS, [_row(*pair) for pair in shown], right=(1, 4, 5, 6, 7, 8))
    print_line()
    heading, rows = _beside(shown)
    print_table(heading, rows, right=range(1, len(heading)))
    print_line()
    for name, item in shown:
        if item.only_baseline or item.only_candidate:
            note(
                f"{name}: {item.only_baseline} documents scored only in the baseline, "
                f"{item.only_candidate} only in the candidate"
            )
    if unpaired := _unpaired(candidate):
        print_line(unpaired)
        print_line()
    for label, document, value in _examples(shown):
        print_line(f"  {label}: {value:+.3f}  {shorten(document, 90)}")
        for sign, run in (("-", result.baseline), ("+", candidate.run)):
            text = summaries.get(document, {}).get(run) or "(no summary)"
            print_line(f"    {sign} {shorten(text, _WIDTH)}")
    print_line()


def show_markdown(
    result: Comparison,
    candidate: Candidate,
    summaries: Mapping[str, Mapping[str, str | None]],
    *,
    everything: bool,
) -> None:
    """For a pull request: the same, with whole summaries side by side."""
    from summarizer.cli.output import print_line
    from summarizer_eval.markdown import inert, row

    shown = _shown(candidate, everything)
    print_line(f"**{inert(candidate.run)}** against {inert(result.baseline)}")
    print_line()
    print_markdown_table(_COLUMNS, [_row(*pair) for pair in shown])
    print_markdown_table(*_beside(shown))
    if unpaired := _unpaired(candidate):
        print_line(inert(unpaired))
        print_line()
    examples = list(_examples(shown))
    if not examples:
        return
    print_line("<details><summary>The documents that moved most</summary>")
    print_line()
    print_line(row(["document", "baseline", "candidate"]))
    print_line(row(["---"] * 3))
    for label, document, value in examples:
        texts = [
            inert(summaries.get(document, {}).get(run) or "–")
            for run in (result.baseline, candidate.run)
        ]
        print_line(row([f"{inert(document)}<br>{inert(label)} {value:+.3f}", *texts]))
    print_line()
    print_line("</details>")
    print_line()


def print_markdown_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with nothing live in it, and an empty line after it."""
    from summarizer.cli.output import print_line
    from summarizer_eval.markdown import inert, row

    print_line(row([inert(name) for name in heading]))
    print_line(row(["---"] * len(heading)))
    for cells in rows:
        print_line(row([inert(cell) for cell in cells]))
    print_line()


def _shown(candidate: Candidate, everything: bool) -> list[tuple[str, Difference]]:
    return [pair for pair in candidate.metrics.items() if everything or pair[1].primary]


def _unpaired(candidate: Candidate) -> str:
    if not candidate.unpaired:
        return ""
    return f"No document has a value in both runs: {', '.join(candidate.unpaired)}"


def _row(name: str, item: Difference) -> tuple[str, ...]:
    return (
        name + _ARROWS[item.direction],
        f"{item.difference:+.4f}",
        interval(item.low, item.high),
        interval(item.low_adjusted, item.high_adjusted) if item.primary else "",
        _rounded(item.p_adjusted, ".3f"),
        f"{item.wins}/{item.ties}/{item.losses}",
        str(item.n_clusters),
        _rounded(item.mde, ".4f"),
        "-" if item.needed_clusters is None else str(item.needed_clusters),
        item.verdict,
    )


def _beside(shown: Sequence[tuple[str, Difference]]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Heading and rows: raw p, the same by other means, and what only some comparisons have."""
    effects = any(item.effect is not None for _, item in shown)
    noise = any(item.sample_noise is not None for _, item in shown)
    heading = [*_BESIDE, *(["needed for"] if effects else []), *(["model noise"] if noise else [])]
    rows = []
    for name, item in shown:
        cells = [
            name,
            _rounded(item.p, ".3f"),
            _rounded(item.p_permutation, ".3f"),
            interval(item.bootstrap_low, item.bootstrap_high),
            _rounded(item.share_of_scale, "+.1%"),
        ]
        if effects:
            asked = "" if item.effect is None else f"{item.effect:+g}: "
            cells.append(f"{asked}{item.needed_for_effect or '-'}")
        if noise:
            share = "" if item.noise_share is None else f" ({item.noise_share:.0%})"
            cells.append(f"{_rounded(item.sample_noise, '.4f')}{share}")
        rows.append(tuple(cells))
    return heading, rows


def _rounded(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _examples(shown: Sequence[tuple[str, Difference]]) -> Iterator[tuple[str, str, float]]:
    """(metric and side, document, difference) of the primary metrics."""
    for name, item in shown:
        if item.primary:
            for label, rows in (("worst", item.worst[:_WORST]), ("best", item.best[:_BEST])):
                for document, value in rows:
                    yield f"{name} {label}", document, value
