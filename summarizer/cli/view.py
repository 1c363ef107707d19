"""`summarizer view`: the report's page, served on this machine in pages of rows."""

from __future__ import annotations

from contextlib import ExitStack

import click

from summarizer.cli.options import comma_list, quiet_option, run_arguments
from summarizer.cli.output import note, print_line, progress_bar

__all__ = ["command"]


@click.command("view", epilog="Example: summarizer view runs/old runs/new")
@run_arguments()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0: any free one.")
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    callback=comma_list,
    help="What to score (repeat or commas); by default what `score` measures.",
)
@click.option("--title", help="Title of the page; by default the runs' names.")
@click.option("--open/--no-open", "opens", default=True, help="Open it in the browser.")
@click.option(
    "--stored-claims/--no-stored-claims",
    default=True,
    show_default=True,
    help="Check the claims of the stored summaries too.",
)
@quiet_option
def command(
    runs: tuple[str, ...],
    port: int,
    metrics: tuple[str, ...],
    title: str | None,
    opens: bool,
    stored_claims: bool,
    quiet: bool,
) -> None:
    """Serve the report of large runs on this machine, until Ctrl-C.

    The address holds a token and works only on this machine.
    """
    from summarizer.errors import InputError
    from summarizer_eval.report.server import ReportServer
    from summarizer_eval.report.write import gathered

    with ExitStack() as stack:
        with progress_bar(quiet=quiet) as bar:
            task = bar.add_task("measuring", total=None, info="")
            report = gathered(
                runs,
                title=title,
                metrics=metrics,
                stored_claims=stored_claims,
                progress=lambda done, of: bar.update(task, completed=done, total=of),
            )
            head, store = stack.enter_context(report)
        try:
            server = stack.enter_context(ReportServer(head, store, port=port))
        except OSError as error:
            where = f"port {port}"
            raise InputError(error.strerror or str(error), where=where) from error
        print_line(server.url)
        note("serving until Ctrl-C")
        if opens:
            import webbrowser

            webbrowser.open(server.url)
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            note("stopped")
