"""``summarizer claims``: check the claims of summaries against their sources."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from summarizer.cli._checkers import checker_options, open_checker
from summarizer.cli.options import json_option, quiet_option

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from summarizer_eval.claims import ClaimReport
    from summarizer_eval.claims.many import PairResult

__all__ = ["command"]


@click.group(
    "claims",
    invoke_without_command=True,
    epilog="Example: summarizer claims --source post.html --html --summary summary.txt",
)
@click.option("--source", type=click.Path(), help="File of the source; - is stdin.")
@click.option("--summary", type=click.Path(), help="File of the summary; - is stdin.")
@click.option("--html", is_flag=True, help="Sources are HTML: extract their text first.")
@click.option("--title", default="", help="Evidence too.")
@click.option("--url", default="", help="Evidence too.")
@click.option("--date", default="", help="ISO date on which the source was saved.")
@click.option("--pairs", type=click.Path(), metavar="FILE",
              help="Many: JSON Lines {id, source, summary, title, date, url}.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1), help="Processes for --pairs; else all cores.")
@click.option("--strict", is_flag=True, help="Exit with 3 where a line or file is faulty.")
@checker_options
@quiet_option
@json_option("Print JSON; JSON Lines with --pairs.")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> int:
    """Check the factual claims of a summary against its source.

    Without a model by default; `--checker judge --model SPEC` asks one (docs/judge.md).
    """
    if ctx.invoked_subcommand is not None:
        _refuse_options(ctx)
        return 0
    if options["pairs"]:
        if options["source"] or options["summary"]:
            raise click.UsageError("give --pairs, or --source and --summary", ctx)
        return _check_pairs(options)
    if not options["source"] or not options["summary"]:
        raise click.UsageError("give --source and --summary, or --pairs", ctx)
    if options["source"] == options["summary"] == "-":
        raise click.UsageError("stdin is the source or the summary, not both", ctx)
    return _check_one(options)


def _refuse_options(ctx: click.Context) -> None:
    """What stands before the subcommand would be ignored."""
    for param in ctx.command.params:
        name = param.name or ""
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"{param.opts[0]} stands before {ctx.invoked_subcommand}; give it behind, "
                "if it is one of its options",
                ctx,
            )


def _check_one(options: dict[str, Any]) -> int:
    from summarizer.cli.output import print_json
    from summarizer.errors import worst_exit_code
    from summarizer_eval.claims import SourceDocument
    from summarizer_eval.claims.many import checked

    source, good = _read(options["source"])
    summary, also_good = _read(options["summary"])
    if options["html"]:
        from summarizer.markup import extract_text

        source = extract_text(source).text
    document = SourceDocument(source, options["title"], options["url"], options["date"])
    with open_checker(options) as opened:
        report = checked(opened.checker, document, summary)
    if options["as_json"]:
        print_json(report.to_json())
    else:
        _show(report)
    faulty = options["strict"] and not (good and also_good)
    return worst_exit_code(3 if faulty else 0, opened.exit_code)


def _read(name: str) -> tuple[str, bool]:
    """A file's text, and whether it was UTF-8 (what was not is U+FFFD, and said)."""
    from summarizer.cli.output import note
    from summarizer.errors import InputError

    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InputError(error.strerror or str(error), where=name) from error
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8"), True
    except UnicodeDecodeError as error:
        note(f"{name}: is not UTF-8 (byte {error.start}); what is not is taken as U+FFFD")
        return data.decode("utf-8", "replace"), False


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
    from summarizer.cli.output import note
    from summarizer.errors import InputError, worst_exit_code
    from summarizer_eval.claims.many import check_pairs

    name = options["pairs"]
    problems: Counter[str] = Counter()
    total = 0
    with open_checker(options) as opened, _opened(name) as stream, _bar(options) as advance:
        for result in check_pairs(
            stream, opened.checker, where=name, html=options["html"], jobs=options["jobs"],
            rebuild=opened.rebuild,
        ):  # fmt: skip
            total += 1
            problems[result.problem] += 1
            _show_pair(result, as_json=options["as_json"])
            advance()
    if not total:
        raise InputError("holds no pairs", where=name)
    failed = total - problems[""]
    if failed:
        note(f"{failed} of {total} not checked" + _spelled(problems))
    none_read = problems["input"] == total
    return worst_exit_code(
        3 if none_read or problems["unrecorded"] else 0,
        3 if options["strict"] and problems["input"] else 0,
        4 if problems["checker"] else 0,
        opened.exit_code,
    )


@contextlib.contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    from summarizer.errors import InputError

    try:
        # Of stdin, our own reader: at exit, a thread may still be waiting in it.
        if name == "-":
            stream: BinaryIO = open(sys.stdin.fileno(), "rb", closefd=False)  # noqa: SIM115
        else:
            stream = Path(name).open("rb")  # noqa: SIM115
    except OSError as error:
        raise InputError(error.strerror or str(error), where=name) from error
    try:
        yield stream
    finally:
        if name != "-":
            stream.close()


@contextlib.contextmanager
def _bar(options: dict[str, Any]) -> Iterator[Any]:
    """Progress on stderr, where the rows do not go to the same terminal."""
    from summarizer.cli.output import progress_bar

    with progress_bar(quiet=options["quiet"] or sys.stdout.isatty()) as bar:
        task = bar.add_task("claims", total=_line_count(options["pairs"]), info="")
        yield lambda: bar.advance(task)


def _line_count(name: str) -> int | None:
    """Lines of a regular file, counted only where somebody looks; None: not known beforehand."""
    path = Path(name)
    if not sys.stderr.isatty() or not path.is_file():
        return None
    with path.open("rb") as stream:
        return sum(1 for line in stream if line.strip())


def _show_pair(result: PairResult, *, as_json: bool) -> None:
    from summarizer.cli.output import note, print_line, print_rows

    row = result.row
    if as_json:
        print_rows([row])
    elif "error" in row:
        note(f"{row['id']}: {row['error']}")
    else:
        verdicts = [claim["verdict"] for claim in row["claims"]]
        parts = ", ".join(f"{verdicts.count(kind)} {kind}" for kind in _SIGNS)
        print_line(f"{row['id']}: {parts}")


def _spelled(problems: Counter[str]) -> str:
    names = {
        "input": "bad lines",
        "checker": "the checker failed",
        "unrecorded": "no recorded reply",
    }
    found = [f"{text}: {problems[name]}" for name, text in names.items() if problems[name]]
    return f" ({', '.join(found)})"


@command.command(
    "evaluate",
    epilog="Example: summarizer claims evaluate labels.jsonl --checker mypackage:MyChecker",
)
@click.argument("labels", type=click.Path())
@click.option("--prevalence", type=click.FloatRange(0, 1, min_open=True, max_open=True),
              help="Share of wrong claims, for precision; else that of the labels.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit with 3 where a line is faulty.")
@checker_options
@quiet_option
@json_option()
def evaluate(labels: str, **options: Any) -> int:
    """Measure a checker against hand labels (JSON Lines; docs/claims.md has the format)."""
    from summarizer.cli._evaluate import evaluate_file

    with open_checker(options) as opened, _opened(labels) as stream:
        total = _line_count(labels)
        return evaluate_file(stream, opened, where=labels, total=total, options=options)
