"""The `summarizer` group: finds subcommands lazily, turns errors into one line and an exit code."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import click

from summarizer.errors import Interrupted, SummarizerError, worst_exit_code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

__all__ = ["cli", "main"]

# name -> (module under summarizer.cli, short help). The help stands here, so that the list of
# commands is shown without importing any of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "docs": ("docs", "List the documents of an archive with their problems."),
    "audit": ("audit", "Score the stored summaries, worst first."),
    "prompts": ("prompts", "List, show, render and compare prompt templates."),
    "try": ("try_", "Summarize one document at once; writes no run."),
    "regenerate": ("regenerate", "Re-summarize an archive into a run."),
    "score": ("score", "Score runs with ROUGE and factual-claim checks."),
    "claims": ("claims", "Check the factual claims of a summary against its source."),
    "compare": ("compare", "Compare runs, paired by document, with intervals."),
    "check": ("check", "Gate: pass, regress or inconclusive against a baseline."),
    "accept": ("accept", "Re-pin a baseline to a run."),
    "record": ("record", "Record a suite's replies for an offline check."),
    "report": ("report", "Write one self-contained HTML page about runs."),
    "view": ("view", "Serve the report of large runs on this machine."),
    "apply": ("apply", "Write a run's summaries back into the archive."),
    "label": ("label", "Choose between two runs' summaries, blind."),
    "import": ("import_", "Make a run of summaries made elsewhere."),
    "batch": ("batch", "Make, send and collect OpenAI Batch files."),
    "cache": ("cache", "Show, clear or export the response cache."),
    "init": ("init", "Write a commented summarizer.toml."),
    "schema": ("schema", "Print the JSON Schema of one of our formats."),
    "completion": ("completion", "Print the shell completion script."),
}


# A bug of ours (sysexits.h: EX_SOFTWARE); users' errors have the codes of `summarizer.errors`.
INTERNAL_ERROR = 70


class _ClosedPipe(Exception):
    """A `BrokenPipeError` that click does not know: its own handler would exit with 1."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whoever closed our stdout had what they wanted."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ClosedPipe from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order in which a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"summarizer.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command where there is no such one, as git does."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: summarizer regenerate archive/ --prompt brief_zh "
    "--model openai:gpt-4.1-mini --out runs/new",
)
@click.version_option(package_name="summarizer-toolkit", prog_name="summarizer")
@click.option("--debug", is_flag=True, help="Show a traceback with an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Re-summarize an archive, score and compare the summaries, and gate CI on them."""
    ctx.obj = {"debug": debug}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit with its code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code. Errors become one line on stderr."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments[:1]
    signal.signal(signal.SIGTERM, _terminated)
    for stream in (sys.stdout, sys.stderr):  # archives hold text that no terminal can encode
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        result = cli.main(args=arguments, prog_name="summarizer", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (BrokenPipeError, _ClosedPipe):
        return _closed_pipe()
    except (KeyboardInterrupt, click.Abort):
        if debug:
            raise
        return _show(Interrupted("interrupted"))
    except Exception as error:
        if debug:
            raise
        return _show(error)


def _show(error: BaseException) -> int:
    """One line for an error (for each of a group); returns the exit code."""
    if isinstance(error, ExceptionGroup):
        return worst_exit_code(*[_show(inner) for inner in error.exceptions])
    from summarizer.cli.output import note

    if isinstance(error, SummarizerError):
        note(f"summarizer: error: {error}")
        return error.exit_code
    note(
        f"summarizer: internal error: {type(error).__name__}: {error}; "
        "`summarizer --debug COMMAND …` shows the traceback"
    )
    return INTERNAL_ERROR


def _terminated(number: int, frame: FrameType | None) -> None:
    raise SystemExit(143)


def _closed_pipe() -> int:
    """``summarizer docs … | head`` ends quietly."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    return 0
