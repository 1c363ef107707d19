"""Where and how `check` writes what it found."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from summarizer_eval.check_result import CheckResult, Refusal

__all__ = ["FORMATS", "Output", "parse_outputs", "show"]

FORMATS = ("text", "json", "junit", "github", "markdown")
_WIDTH = 200
"""Columns of a reason, which may end in a document's long name."""


@dataclass(frozen=True, slots=True)
class Output:
    """A format, and the file that it goes into; None: stdout."""

    form: str
    path: Path | None


def parse_outputs(
    _context: click.Context, _option: click.Parameter, values: Sequence[str]
) -> list[Output]:
    """``FORMAT`` and ``FORMAT=FILE``; one of them, ``text`` unless told otherwise, is printed."""
    found = []
    for value in values:
        form, _, path = value.partition("=")
        if form not in FORMATS:
            raise click.BadParameter(f"{form!r} is none of {', '.join(FORMATS)}")
        found.append(Output(form, Path(path) if path else None))
    printed = [output for output in found if output.path is None]
    if len(printed) > 1:
        raise click.BadParameter("only one can be printed: give the others a FILE")
    return found if printed else [*found, Output("text", None)]


def show(
    results: Sequence[CheckResult],
    refused: Sequence[Refusal],
    files: Mapping[str, str],
    outputs: Sequence[Output],
    *,
    inconclusive_fails: bool,
) -> None:
    """Write every output.

    Args:
        results, refused: of the check.
        files: variant to its prompt's file, relative to the repository.
        outputs: formats, with files for all but one.
        inconclusive_fails: whether JUnit calls it a failure.

    Raises:
        InputError: a file cannot be written.
    """
    from summarizer.cli.output import print_text
    from summarizer.errors import InputError

    for output in outputs:
        text = _text(output.form, results, refused, files, inconclusive_fails)
        if output.path is None:
            print_text(text)
            if output.form in ("text", "github"):
                _tables(results)
        else:
            try:
                output.path.parent.mkdir(parents=True, exist_ok=True)
                output.path.write_bytes(text.encode("utf-8", "backslashreplace"))
            except OSError as error:
                raise InputError(error.strerror or str(error), where=output.path) from error
        if output.form == "github":
            _tell_github(results, refused)


def _text(
    form: str,
    results: Sequence[CheckResult],
    refused: Sequence[Refusal],
    files: Mapping[str, str],
    inconclusive_fails: bool,
) -> str:
    from summarizer_eval.gate_output import as_json, junit, markdown, workflow_commands

    if form == "json":
        return as_json(results, refused)
    if form == "junit":
        return junit(results, refused, inconclusive_fails=inconclusive_fails)
    if form == "github":
        return workflow_commands(results, files, refused)
    return markdown(results, refused) if form == "markdown" else ""


def _tell_github(results: Sequence[CheckResult], refused: Sequence[Refusal]) -> None:
    """The step's summary, and the outcome for the steps after it."""
    from summarizer_eval.gate_output import markdown, overall

    for variable, text in (
        ("GITHUB_STEP_SUMMARY", markdown(results, refused)),
        ("GITHUB_OUTPUT", f"outcome={overall(results, refused)}\n"),
    ):
        if path := os.environ.get(variable):
            with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(text)


def _tables(results: Sequence[CheckResult]) -> None:
    from summarizer.cli.output import print_line, print_table, shorten
    from summarizer_eval.gate_output import noise_text, shortened, signed

    for result in results:
        print_line(f"{result.name}: {result.outcome.upper()}")
        print_table(
            ["metric", "difference", "95% above", "margin", "sources", "outcome"],
            [
                (
                    item.metric,
                    signed(item.difference),
                    signed(item.lower_bound),
                    f"-{item.margin:g}",
                    item.n_clusters,
                    item.outcome,
                )
                for item in result.decision.metrics
            ],
            right=(1, 2, 3, 4),
        )
        for reason in shortened(result.reasons):
            print_line(f"  {shorten(reason, _WIDTH)}")
        named = {
            "added": result.added,
            "removed": result.removed,
            "changed": result.changed,
            "without a summary now": result.lost,
        }
        counts = [f"{result.matched} documents paired"]
        counts += [f"{len(names)} {label}" for label, names in named.items() if names]
        print_line("  " + ", ".join(counts))
        if result.noise:
            print_line(f"  {noise_text(result)}")
        if result.outcome != "pass":
            for item in result.worst:
                print_line(f"  {item.metric} {item.difference:+.3f}  {shorten(item.document, 90)}")
        print_line()
