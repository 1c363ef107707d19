"""``summarizer claims evaluate``: a checker's table over hand labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from summarizer.cli._checkers import OpenChecker
    from summarizer.jsonlines import Json
    from summarizer_eval.claims.table import Evaluation

__all__ = ["evaluate_file"]


def evaluate_file(
    lines: Iterable[bytes],
    opened: OpenChecker,
    *,
    where: str,
    total: int | None,
    options: dict[str, Any],
) -> int:
    """Measure, print, and say which lines are not in the table; returns the exit code.

    Raises:
        InputError: there is not one label.
    """
    from summarizer.cli.output import note, print_json, progress_bar
    from summarizer.errors import InputError, worst_exit_code
    from summarizer_eval.claims.evaluate import evaluate

    numbers: list[int] = []
    bad: list[str] = []
    with progress_bar(quiet=options["quiet"]) as bar:
        task = bar.add_task("labels", total=total, info="")
        result = evaluate(
            opened.checker,
            _rows(lines, where, numbers, bad),
            prevalence=options["prevalence"],
            progress=lambda done: bar.update(task, completed=done),
        )
    for error in bad:
        note(error)
    for row, why in result.failed:
        note(f"{where}:{numbers[row - 1]}: {why.message}")
    if left_out := len(bad) + len(result.failed):
        note(f"{left_out} of {result.documents + left_out} documents are not in the table")
    if options["as_json"]:
        print_json(result.to_json())
    elif result.documents:
        _show(result)
    by_checker = any(why.checker for _, why in result.failed)
    if not result.documents and not by_checker:
        raise InputError("holds no labelled document", where=where)
    faulty = bool(bad) or any(not why.checker for _, why in result.failed)
    return worst_exit_code(
        4 if by_checker else 0, 3 if options["strict"] and faulty else 0, opened.exit_code
    )


def _rows(lines: Iterable[bytes], where: str, numbers: list[int], bad: list[str]) -> Iterator[Json]:
    """The rows that are JSON objects; `numbers` gets their lines, `bad` the faults of others."""
    from summarizer.errors import InputError
    from summarizer.jsonlines import parse_line

    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = parse_line(line, where=f"{where}:{number}")
        except InputError as error:
            bad.append(str(error))
            continue
        numbers.append(number)
        yield row


def _show(result: Evaluation) -> None:
    from summarizer.cli.output import print_line, print_table

    print_line(f"{result.checker}, {result.documents} documents")
    print_line()
    print_table(
        ["share of", "flagged", "95% interval", "contradicted", "95% interval", "of"],
        [
            (row.name, f"{row.flagged}  {row.share:.3f}", f"{row.low:.3f}–{row.high:.3f}",
             f"{row.contradicted}  {row.contradicted_share:.3f}",
             f"{row.contradicted_low:.3f}–{row.contradicted_high:.3f}", row.total)
            for row in result.rows
        ],
        right=range(1, 6),
    )  # fmt: skip
    print_line()
    prevalence = result.prevalence
    print_table(
        ["operating point", *(point.name for point in result.points)],
        [
            (title, *(_figure(getattr(point, name)) for point in result.points))
            for name, title in (
                ("false_alarms", "false alarms on supported claims"),
                ("recall", "wrong claims found"),
                ("planted_recall", "planted errors found"),
                ("precision", f"precision on wrong claims{_at(prevalence)}"),
                ("planted_precision", f"precision on planted errors{_at(prevalence)}"),
                ("clean_documents", "clean documents marked"),
            )
        ],
        right=(1, 2),
    )
    if result.detectors:
        print_line()
        _show_detectors(result)


def _show_detectors(result: Evaluation) -> None:
    from summarizer.cli.output import print_table

    print_table(
        ["detector", "planted", "wrong claims", "supported", "paraphrases", "contradicted"],
        [
            (item.name, item.planted, item.wrong, item.supported, item.paraphrases,
             item.contradicted)
            for item in result.detectors
        ],
        right=range(1, 6),
    )  # fmt: skip


def _figure(value: tuple[float, float, float] | None) -> str:
    return "–" if value is None else f"{value[0]:.3f} ({value[1]:.3f}–{value[2]:.3f})"


def _at(prevalence: float | None) -> str:
    return "" if prevalence is None else f", {prevalence:.1%} of claims wrong"
