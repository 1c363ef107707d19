"""``summarizer claims``: check the claims of summaries against their sources."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from summarizer.cli.options import json_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from summarizer.jsonlines import Json
    from summarizer_eval.claims import ClaimReport

__all__ = ["command"]


@click.group(
    "claims",
    invoke_without_command=True,
    epilog="Example: summarizer claims --source post.html --html --summary summary.txt",
)
@click.option("--source", type=click.Path(), help="File of the source; - is stdin.")
@click.option("--summary", type=click.Path(), help="File of the summary; - is stdin.")
@click.option("--html", is_flag=True, help="Extract the text of the source first.")
@click.option("--title", default="", help="Evidence too.")
@click.option("--url", default="", help="Evidence too.")
@click.option("--date", default="", help="ISO date on which the source was saved.")
@click.option("--pairs", type=click.Path(), metavar="FILE",
              help="Many at once: JSON Lines {id, source, summary, title, date, url}.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1), help="Processes for --pairs; else all cores.")
@json_option()
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> int:
    """Check the factual claims of a summary against its source, without a model."""
    if ctx.invoked_subcommand is not None:
        return 0
    if options["pairs"]:
        return _check_pairs(options)
    if not options["source"] or not options["summary"]:
        raise click.UsageError("give --source and --summary, or --pairs", ctx)
    return _check_one(options)


def _read(name: str) -> str:
    from summarizer.errors import InputError

    if name == "-":
        return sys.stdin.buffer.read().decode("utf-8", "replace")
    try:
        return Path(name).read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    except OSError as error:
        raise InputError(error.strerror or str(error), where=name) from error


def _check_one(options: dict[str, Any]) -> int:
    from summarizer.cli.output import print_json
    from summarizer_eval.claims import check_claims

    source, summary = _read(options["source"]), _read(options["summary"])
    if options["html"]:
        from summarizer.markup import extract_text

        source = extract_text(source).text
    report = check_claims(
        source, summary, title=options["title"], url=options["url"], date=options["date"]
    )
    if options["as_json"]:
        print_json(report.to_json())
    else:
        _show(report)
    return 0


_SIGNS = {"supported": "✓", "contradicted": "✗", "unsupported": "?", "unchecked": "·"}


def _show(report: ClaimReport) -> None:
    from summarizer.cli.output import print_line

    for claim in report.claims:
        print_line(f"{_SIGNS[claim.verdict]} {claim.verdict:<12} {claim.text}")
        if claim.verdict in ("contradicted", "unsupported"):
            print_line(f"  {claim.reason}")
            for item in claim.evidence[:1]:
                print_line(f"  {item.place} {item.start}–{item.end}: {item.text}")
    counts = {name: report.count(name) for name in _SIGNS}  # type: ignore[arg-type]
    share = report.faithfulness
    line = ", ".join(f"{count} {name}" for name, count in counts.items())
    print_line(f"{line}; faithfulness {'unscored' if share is None else f'{share:.2f}'}")


def _check_pairs(options: dict[str, Any]) -> int:
    from summarizer.cli.output import note, print_line, print_rows
    from summarizer.errors import InputError

    name = options["pairs"]
    if name != "-" and not Path(name).is_file():
        raise InputError("no such file", where=name)
    with (
        contextlib.nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as stream
    ):
        rows = _judged(stream, where=name, jobs=options["jobs"])
        if options["as_json"]:
            print_rows(rows)
            return 0
        for row in rows:
            if "error" in row:
                note(f"{row['id']}: {row['error']}")
                continue
            verdicts = [claim["verdict"] for claim in row["claims"]]
            parts = ", ".join(f"{verdicts.count(kind)} {kind}" for kind in _SIGNS)
            print_line(f"{row['id']}: {parts}")
    return 0


def _judged(lines: Iterable[bytes], *, where: str, jobs: int | None) -> Iterator[Json]:
    """A row a line, in the same order; many lines are judged on all cores."""
    import os
    from itertools import chain, islice

    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    tasks = ((number, line, where) for number, line in numbered)
    head = list(islice(tasks, 200))
    count = jobs or os.cpu_count() or 1
    if len(head) < 200 or count == 1:
        yield from map(_judge, chain(head, tasks))
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(count) as pool:
        pending = chain(head, tasks)
        while block := list(islice(pending, 2000)):
            yield from pool.map(_judge, block, chunksize=50)


def _judge(task: tuple[int, bytes, str]) -> Json:
    from summarizer.errors import InputError
    from summarizer.jsonlines import parse_line
    from summarizer_eval.claims import check_claims

    number, line, where = task
    name: Any = number
    try:
        row = parse_line(line, where=f"{where}:{number}")
        name = row.get("id", number)
        given = {}
        for field in ("source", "summary", "title", "date", "url"):
            value = row.get(field)
            if value is None and field not in ("source", "summary"):
                value = ""
            if not isinstance(value, str):
                raise InputError(f"has no text in {field!r}", where=f"{where}:{number}")
            given[field] = value
    except InputError as error:
        return {"id": name, "error": str(error)}
    report = check_claims(
        given["source"],
        given["summary"],
        title=given["title"],
        url=given["url"],
        date=given["date"],
    )
    return {"id": name, "claims": [claim.to_json() for claim in report.claims]}


@command.command("evaluate", epilog="Example: summarizer claims evaluate labels.jsonl")
@click.argument("labels", type=click.Path())
@json_option()
def evaluate(labels: str, as_json: bool) -> int:
    """Measure the checker against hand labels (JSON Lines; docs/claims.md has the format)."""
    from summarizer.cli.output import print_json, print_table
    from summarizer.jsonlines import read_lines
    from summarizer_eval.claims import default_checker
    from summarizer_eval.claims.evaluate import evaluate_labels

    table = evaluate_labels(default_checker(), (row for _, row in read_lines(Path(labels))))
    if as_json:
        print_json([row.to_json() for row in table])
        return 0
    print_table(
        ["what", "flagged", "contradicted", "of", "share", "95% interval"],
        [
            (row.name, row.flagged, row.contradicted, row.total, f"{row.share:.3f}",
             f"{row.low:.3f}–{row.high:.3f}")
            for row in table
        ],
        right=range(1, 6),
    )  # fmt: skip
    return 0
