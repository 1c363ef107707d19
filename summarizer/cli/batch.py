"""``summarizer batch``: OpenAI Batch files out and in, with or without the network."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import click

from summarizer.cli.options import archive_options, json_option
from summarizer.cli.prompts import prompts_dir_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from summarizer.batch.api import Part, Submission
    from summarizer.batch.files import BatchRun
    from summarizer.batch.results import Imported

__all__ = ["command"]

_RUN = click.argument("run", metavar="RUN", type=click.Path(file_okay=False))


def _server_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--base-url", help="Of the server; else OPENAI_BASE_URL, else OpenAI's."),
        click.option("--api-key-file", type=click.Path(), help="Holds the key."),
    ):
        function = option(function)
    return function


@click.group("batch", epilog="Example: summarizer batch export archive/ --prompt brief_zh "
             "--model openai:gpt-4.1-mini --out runs/half-price")  # fmt: skip
def command() -> None:
    """Make, send and collect OpenAI Batch files: half the price, within a day."""


@command.command("export", epilog="Example: summarizer batch export archive/ --prompt brief_zh "
                 "--model openai:gpt-4.1-mini --out runs/b")  # fmt: skip
@archive_options
@click.option("--prompt", "name", required=True, help="Name or path.")
@click.option("--model", required=True, help="openai:NAME.")
@click.option("--out", required=True, type=click.Path(), help="Run directory to make.")
@click.option("--base-url", help="What the results' keys are for; else OPENAI_BASE_URL.")
@click.option("--samples", type=click.IntRange(1), default=1, show_default=True)
@click.option("--context-window", type=click.IntRange(1), help="Tokens.")
@click.option("--param", "params", multiple=True, metavar="KEY=VALUE", help="Repeats.")
@prompts_dir_option
@json_option()
def export(archive: dict[str, Any], as_json: bool, **options: Any) -> int:
    """Write a run with its Batch files; needs no network and no key."""
    from summarizer.batch.files import export_batch
    from summarizer.cli.options import SkipLog, open_archive
    from summarizer.cli.output import note, print_json, print_line
    from summarizer.cli.try_ import parse_params
    from summarizer.models.openai_chat import endpoint_of
    from summarizer.prompt import Prompt
    from summarizer.tokens import context_window

    kind, _, model = options["model"].partition(":")
    if kind != "openai" or not model:
        raise click.BadParameter("batches need openai:NAME", param_hint="--model")
    prompt = Prompt.load(options["name"], folders=options["folders"])
    skipped = SkipLog(strict=archive["strict"])
    window = options["context_window"] or prompt.context_window or context_window(model)
    made = export_batch(
        open_archive(archive, on_skip=skipped),
        prompt,
        model=model,
        endpoint=endpoint_of(_base_url(options["base_url"])),
        out=options["out"],
        overrides=parse_params(options["params"]),
        samples=options["samples"],
        window=window,
        archive={"root": archive["root"], "paths": list(archive["paths"])},
    )
    if as_json:
        print_json(
            {"run": str(made.path), "files": [str(path) for path in made.parts],
             "documents": made.documents, **made.cost.to_json()}
        )  # fmt: skip
    else:
        for path in made.parts:
            print_line(str(path))
    cost = made.cost
    price = "price unknown"
    if cost.low_usd is not None and cost.high_usd is not None:
        price = f"${cost.low_usd:.4f} to ${cost.high_usd:.4f} at batch prices"
    note(f"{made.documents} documents, {cost.calls} requests, "
         f"{cost.prompt_tokens} prompt tokens, {price}")  # fmt: skip
    return skipped.exit_code


@command.command("import", epilog="Example: summarizer batch import runs/b output.jsonl")
@_RUN
@click.argument("files", nargs=-1, required=True, type=click.Path())
@json_option()
def import_(run: str, files: tuple[str, ...], as_json: bool) -> int:
    """Write the results in FILES into RUN; needs no network."""
    import os
    from pathlib import Path

    from summarizer.batch.api import add_up
    from summarizer.batch.files import BatchRun
    from summarizer.batch.results import Imported, import_results
    from summarizer.errors import InputError
    from summarizer.regeneration.journal import lock_run

    batch, total = BatchRun(run), Imported()
    lock = lock_run(batch.run.path)
    try:
        for name in files:
            try:
                with Path(name).open("rb") as lines:
                    add_up(total, import_results(batch, lines, where=name))
            except OSError as error:
                raise InputError(error.strerror or str(error), where=name) from error
    finally:
        os.close(lock)
    return _show_import(batch, total, as_json)


@command.command("submit", epilog="Example: summarizer batch submit runs/b")
@_RUN
@_server_options
@click.option("--retry-failed", is_flag=True, help="Send failed items again, not only expired.")
@json_option("JSON Lines: one row a file.")
def submit(run: str, retry_failed: bool, as_json: bool, **server: Any) -> int:
    """Upload the files of RUN and start their batches; goes on where it was stopped."""
    with _submission(run, **server) as submission:
        return _show_parts(submission.submit(retry_failed=retry_failed), as_json)


@command.command("status", epilog="Example: summarizer batch status runs/b")
@_RUN
@_server_options
@json_option("JSON Lines: one row a file.")
def status(run: str, as_json: bool, **server: Any) -> int:
    """Ask how far the batches of RUN are."""
    with _submission(run, **server) as submission:
        return _show_parts(submission.status(), as_json)


@command.command("collect", epilog="Example: summarizer batch collect runs/b")
@_RUN
@_server_options
@json_option()
def collect(run: str, as_json: bool, **server: Any) -> int:
    """Fetch the results of finished batches into RUN."""
    from summarizer.batch.api import FINAL
    from summarizer.cli.output import note

    with _submission(run, **server) as submission:
        parts, total = submission.collect()
    waiting = sum(part.status not in FINAL for part in parts)
    if waiting:
        note(f"{waiting} of {len(parts)} batches are not finished; collect again later")
    if total.expired:
        note(f"{total.expired} requests expired; `summarizer batch submit` sends them again")
    return _show_import(submission.batch, total, as_json)


def _base_url(given: str | None) -> str:
    import os

    from summarizer.models.openai_chat import DEFAULT_BASE_URL

    return given or os.environ.get("OPENAI_BASE_URL") or DEFAULT_BASE_URL


@contextlib.contextmanager
def _submission(
    run: str, *, base_url: str | None, api_key_file: str | None
) -> Iterator[Submission]:
    """The run's files at the server; the run is this process's alone meanwhile.

    Two that submit at once would each find nothing submitted, and pay twice.
    """
    import os
    from urllib.parse import urlsplit

    from summarizer.batch.api import Submission, check_same_endpoint, connect
    from summarizer.batch.files import BatchRun
    from summarizer.models.openai_chat import endpoint_of
    from summarizer.models.registry import api_key_of
    from summarizer.regeneration.journal import lock_run

    address = _base_url(base_url)
    batch = BatchRun(run)
    check_same_endpoint(batch, endpoint_of(address))
    key = api_key_of(api_key_file, urlsplit(address).hostname or "")
    lock = lock_run(batch.run.path)
    try:
        yield Submission(batch, connect(address, key))
    finally:
        os.close(lock)


def _show_parts(parts: list[Part], as_json: bool) -> int:
    from summarizer.cli.output import print_rows, print_table

    rows = [
        {"file": part.path.name, "file_id": part.file_id, "batch_id": part.batch_id,
         "status": part.status, "counts": part.counts, "collected": part.collected}
        for part in parts
    ]  # fmt: skip
    if as_json:
        print_rows(rows)
        return 0
    print_table(
        ["file", "batch", "status", "done", "failed", "of", "collected"],
        [
            (row["file"], row["batch_id"] or "-", row["status"],
             part.counts.get("completed", "-"), part.counts.get("failed", "-"),
             part.counts.get("total", "-"), "yes" if part.collected else "no")
            for row, part in zip(rows, parts, strict=True)
        ],
        right=[3, 4, 5],
    )  # fmt: skip
    return 0


def _show_import(batch: BatchRun, total: Imported, as_json: bool) -> int:
    from summarizer.cli.output import note, print_json, print_line

    wanted, answered = set(batch.wanted()), batch.answered()
    missing = len(wanted - answered.keys())
    if as_json:
        print_json(
            {"ok": total.ok, "failed": total.failed, "known": total.known,
             "strange": total.strange, "expired": total.expired,
             "unreadable": total.unreadable, "missing": missing}
        )  # fmt: skip
    else:
        print_line(
            f"{total.ok} imported, {total.failed} failed, {total.known} known already, "
            f"{total.strange} of other runs, {missing} of {len(wanted)} without an answer"
        )
    for problem in total.unreadable[:20]:
        note(problem)
    if total.unreadable:
        return 3
    return 4 if total.failed else 0
