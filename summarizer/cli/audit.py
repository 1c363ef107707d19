"""``summarizer audit``: the stored summaries, worst first, as a work list."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from summarizer.cli._checkers import checker_options
from summarizer.cli.options import (
    SkipLog,
    archive_options,
    json_option,
    open_archive,
    quiet_option,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from summarizer.jsonlines import Json
    from summarizer_eval.audit import Audited

__all__ = ["command"]

_TABLE = 20


@click.command(
    "audit",
    epilog="Example: summarizer audit archive/ --json | head -50 | summarizer regenerate archive/ "
    "--select - --prompt brief_zh --model openai:gpt-4.1-mini --out runs/worst",
)
@archive_options
@click.option("--worst", type=click.IntRange(1), metavar="N",
              help="Only the worst N; a table shows 20 where nothing is said.")  # fmt: skip
@json_option("JSON Lines {id, path, url, source_key, problems, metrics, claims, badness, reasons}.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV, safe to open in a spreadsheet.")
@checker_options
@quiet_option
def command(
    archive: dict[str, Any], worst: int | None, as_json: bool, as_csv: bool, quiet: bool,
    **options: Any,
) -> int:  # fmt: skip
    """Score the stored summaries without a reference: problems, claims, length and coverage.

    Badness is 0 to 1; what stands first needs making anew most.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    from itertools import islice

    from summarizer.cli._judged import Auditing
    from summarizer.cli.output import note, print_rows
    from summarizer.errors import worst_exit_code
    from summarizer_eval.audit import worst_first

    skipped = SkipLog(strict=archive["strict"])
    counts: Counter[str] = Counter()
    auditing = Auditing(options)
    audited = auditing(open_archive(archive, on_skip=skipped))
    rows = worst_first(_audited(audited, counts, quiet=quiet))
    if as_json:
        print_rows(islice(rows, worst))
    elif as_csv:
        _print_csv(islice(rows, worst))
    else:
        _print_table(islice(rows, worst or _TABLE))
    line = (
        f"{counts['documents']} documents: {counts['problems']} with problems, "
        f"{counts['contradicted']} with contradicted and {counts['unsupported']} with unsupported "
        "claims"
    )
    note(f"{line}; {skipped}" if str(skipped) else line)
    return worst_exit_code(skipped.exit_code, auditing.exit_code)


def _audited(entries: Iterator[Audited], counts: Counter[str], *, quiet: bool) -> Iterator[Any]:
    from summarizer.cli.output import progress_bar

    with progress_bar(quiet=quiet) as bar:
        task = bar.add_task("auditing", total=None, info="")
        for entry in entries:
            counts["documents"] += 1
            counts["problems"] += bool(entry.document.problems)
            for verdict in ("contradicted", "unsupported"):
                counts[verdict] += bool(entry.claims[verdict])
            bar.update(task, advance=1)
            yield entry


def _print_table(rows: Iterable[Json]) -> None:
    from summarizer.cli.output import print_table, shorten

    print_table(
        ["badness", "document", "claims ✓ ✗ ?", "reasons"],
        [
            (
                f"{row['badness']:.2f}",
                shorten(row["id"], 60),
                "{supported} {contradicted} {unsupported}".format(**row["claims"]),
                shorten("; ".join(row["reasons"]), 90),
            )
            for row in rows
        ],
        right=[0],
    )


def _print_csv(rows: Iterable[Json]) -> None:
    import csv
    import io
    import sys

    from summarizer.cli.output import clean

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    header: list[str] | None = None
    for row in rows:
        flat = {
            "id": row["id"],
            "path": row["path"],
            "url": row["url"] or "",
            "source_key": row["source_key"],
            "badness": row["badness"],
            "problems": " ".join(dict.fromkeys(entry["code"] for entry in row["problems"])),
            **row["claims"],
            **{f"metric_{name}": value for name, value in row["metrics"].items()},
            "reasons": "; ".join(row["reasons"]),
        }
        if header is None:
            header = list(flat)
            writer.writerow(header)
        writer.writerow([_cell(clean(value)) if isinstance(value, str) else value
                         for value in flat.values()])  # fmt: skip
        sys.stdout.buffer.write(buffer.getvalue().encode())
        buffer.seek(0)
        buffer.truncate()
    sys.stdout.flush()


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
