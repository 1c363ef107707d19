"""`summarizer report`: one page about runs, or the same as a table or a picture."""

from __future__ import annotations

from pathlib import Path

import click

from summarizer.cli.options import comma_list, quiet_option, run_arguments
from summarizer.cli.output import note, progress_bar

__all__ = ["command"]

FORMATS = ("html", "md", "csv", "svg")


@click.command("report", epilog="Example: summarizer report runs/old runs/new --out report.html")
@run_arguments()
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False),
    required=True,
    metavar="FILE",
    help="The file to write.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    help="What to write; by default what the file's name says, else html.",
)
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    callback=comma_list,
    help="What to score (repeat or commas); by default what `score` measures.",
)
@click.option("--title", help="Title of the page; by default the runs' names.")
@click.option(
    "--stored-claims/--no-stored-claims",
    default=True,
    help="Check the claims of the stored summaries too.",
    show_default=True,
)
@quiet_option
def command(
    runs: tuple[str, ...],
    out: str,
    kind: str | None,
    metrics: tuple[str, ...],
    title: str | None,
    stored_claims: bool,
    quiet: bool,
) -> None:
    """Write one self-contained page about runs; it opens from disk and needs no network.

    The first run is the baseline. What has no scores yet is scored first.
    """
    from summarizer_eval.report import write_report

    suffix = Path(out).suffix.lstrip(".").lower()
    with progress_bar(quiet=quiet) as bar:
        task = bar.add_task("measuring", total=None, info="")
        path = write_report(
            runs,
            out,
            format=kind or (suffix if suffix in FORMATS else "html"),
            title=title,
            metrics=metrics,
            stored_claims=stored_claims,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )
    note(f"{path}: {path.stat().st_size / 1024:,.0f} kB")
