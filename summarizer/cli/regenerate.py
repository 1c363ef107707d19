"""``summarizer regenerate``: re-summarize an archive into a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from summarizer.cli.options import (
    SkipLog,
    archive_options,
    comma_list,
    json_option,
    open_archive,
    quiet_option,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from summarizer.models.base import Model
    from summarizer.prompt import Prompt
    from summarizer.regeneration import Options, Outcome

__all__ = ["command", "open_cache"]


def parse_params(
    ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
) -> dict[str, Any]:
    """Callback: ``key=value`` pairs; a value that is JSON is taken as such."""
    found: dict[str, Any] = {}
    for text in value:
        name, equals, given = text.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"{text!r} is not KEY=VALUE", ctx, param)
        try:
            found[name.strip()] = json.loads(given)
        except ValueError:
            found[name.strip()] = given
    return found


@click.command(
    "regenerate",
    epilog="Example: summarizer regenerate archive/ --prompt brief_zh,bullets_zh "
    "--model openai:gpt-4.1-mini --max-cost 5 --out runs/new",
)
@archive_options
@click.option(
    "--prompt",
    "prompts",
    multiple=True,
    callback=comma_list,
    help="Name or file; NAME@REF takes it from git.",
)
@click.option(
    "--prompts-dir", type=click.Path(exists=True, file_okay=False), help="Your templates."
)
@click.option("--model", "models", multiple=True, callback=comma_list,
              help="openai:NAME, extractive:lexrank, extractive:lead or replay:FILE.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False), required=True, help="The run's folder.")
@click.option("--base-url", help="Of an OpenAI-compatible server; else OPENAI_BASE_URL.")
@click.option("--api-key-file", type=click.Path(exists=True, dir_okay=False), help="Holds the key.")
@click.option("--offline", type=click.Path(), metavar="FILE", help="Recorded replies answer.")
@click.option("--param", "params", multiple=True, metavar="KEY=VALUE", callback=parse_params,
              help="Passed to the endpoint.")  # fmt: skip
@click.option("--samples", type=click.IntRange(1), default=1, show_default=True)
@click.option("--context-window", type=click.IntRange(64), help="Tokens; cuts longer sources.")
@click.option("--concurrency", type=click.IntRange(1, 1024), default=16, show_default=True)
@click.option("--rpm", type=click.FloatRange(0, min_open=True), help="Requests a minute.")
@click.option("--tpm", type=click.FloatRange(0, min_open=True), help="Tokens a minute.")
@click.option("--max-cost", type=click.FloatRange(0), metavar="USD", help="Stop before more.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=120.0,
              show_default=True, help="Seconds a request.")  # fmt: skip
@click.option("--deadline", type=click.FloatRange(0), help="Seconds for the whole batch.")
@click.option("--retries", type=click.IntRange(0), default=7, show_default=True,
              help="More attempts at a request that failed.")  # fmt: skip
@click.option("--retry-failed", is_flag=True, help="Ask again what failed before.")
@click.option("--refresh", is_flag=True, help="Ask everything again, past run and cache.")
@click.option("--resume", is_flag=True, help="Go on only if --out holds a run of the same plan.")
@click.option("--no-cache", is_flag=True, help="Neither read nor fill the response cache.")
@click.option("--cache-dir", type=click.Path(file_okay=False), help="Of the response cache.")
@click.option("--dry-run", is_flag=True, help="Calls, tokens and cost; nothing is sent.")
@json_option("The totals as JSON.")
@quiet_option
def command(archive: dict[str, Any], prompts: tuple[str, ...], models: tuple[str, ...],
            **options: Any) -> int:  # fmt: skip
    """Re-summarize the documents of an archive with PROMPTs and MODELs."""
    from summarizer.errors import worst_exit_code

    if options["resume"]:
        prompts, models = _from_run(Path(options["out"]), prompts, models)
    if not prompts or not models:
        raise click.UsageError("give --prompt and --model (or --resume a run that names them)")
    loaded = _prompts(prompts, options)
    made = _models(models, options)
    skipped = SkipLog(strict=archive["strict"])
    if options["dry_run"]:
        from summarizer.cli._dry_run import dry_run

        dry_run(open_archive(archive, on_skip=skipped), loaded, made, options)
        return skipped.exit_code
    outcomes = _run(archive, loaded, made, options, skipped)
    codes = [skipped.exit_code, *(_exit_code(outcome) for outcome in outcomes)]
    _show(outcomes, skipped, as_json=options["as_json"])
    if archive["strict"] and any(outcome.faulty for outcome in outcomes):
        codes.append(3)
    return worst_exit_code(*codes)


def _prompts(names: Sequence[str], options: dict[str, Any]) -> list[Prompt]:
    from summarizer.cli._gitref import prompt_at
    from summarizer.prompt import Prompt

    folders = [options["prompts_dir"]] if options["prompts_dir"] else []
    return [
        prompt_at(name, folders)
        if "@" in name and not Path(name).exists()
        else Prompt.load(name, folders=folders)
        for name in names
    ]


def _models(specs: Sequence[str], options: dict[str, Any]) -> list[Model]:
    from summarizer.models.registry import make_model

    return [
        make_model(
            spec,
            base_url=options["base_url"],
            api_key_file=options["api_key_file"],
            offline=options["offline"],
            timeout_s=options["timeout"],
            connections=options["concurrency"],
        )
        for spec in specs
    ]


def _from_run(
    out: Path, prompts: tuple[str, ...], models: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What was left out, taken from the run that is resumed."""
    from summarizer.run import open_runs

    runs = open_runs([out])
    return (
        prompts or tuple(dict.fromkeys(run.prompt for run in runs)),
        models or tuple(dict.fromkeys(str(run.info["model"]["spec"]) for run in runs)),
    )


def _run(
    archive: dict[str, Any],
    prompts: list[Prompt],
    models: list[Model],
    options: dict[str, Any],
    skipped: SkipLog,
) -> list[Outcome]:
    from summarizer.archive import common_root
    from summarizer.cli._progress import BatchProgress
    from summarizer.cli.options import selection_of
    from summarizer.regeneration import regenerate

    cache = None if options["no_cache"] else open_cache(options["cache_dir"], models)
    root = archive["root"] or common_root([Path(path) for path in archive["paths"]])
    where = {
        "root": str(Path(root).resolve()),
        "paths": [str(path) for path in archive["paths"]],
        "headings": {
            section: archive[f"{section}_heading"]
            for section in ("source", "summary", "metadata")
            if archive[f"{section}_heading"]
        },
    }
    if "-" not in archive["select"] and archive["ids"] != "-":
        where |= selection_of(archive).to_json()
    try:
        with BatchProgress(quiet=options["quiet"]) as progress:
            return regenerate(
                open_archive(archive, on_skip=skipped),
                prompts=prompts,
                models=models,
                out=options["out"],
                params=options["params"],
                samples=options["samples"],
                options=_limits(options),
                cache=cache,
                archive=where,
                on_progress=progress,
            )
    finally:
        if cache is not None:
            cache.close()


def _limits(options: dict[str, Any]) -> Options:
    from summarizer.regeneration import Options

    return Options(
        concurrency=options["concurrency"],
        rpm=options["rpm"],
        tpm=options["tpm"],
        max_cost_usd=options["max_cost"],
        deadline_s=options["deadline"],
        max_attempts=options["retries"] + 1,
        refresh=options["refresh"],
        retry_failed=options["retry_failed"],
        resume=options["resume"],
        context_window=options["context_window"],
    )


def open_cache(folder: str | None, models: list[Model]) -> Any:
    """The cache, or None where it can't be used; embedded models and replies need none."""
    if all(model.spec.partition(":")[0] != "openai" for model in models):
        return None
    from summarizer.cache import Cache
    from summarizer.cli.output import note
    from summarizer.errors import InputError

    try:
        return Cache.open(Path(folder) if folder else None)
    except InputError as error:
        note(f"warning: {error}; going on without it")
        return None


def _exit_code(outcome: Outcome) -> int:
    if outcome.error is not None:
        return outcome.error.exit_code
    return 4 if outcome.totals.failed else 0


def _show(outcomes: list[Outcome], skipped: SkipLog, *, as_json: bool) -> None:
    from summarizer.cli.output import note, print_json, print_table

    for outcome in outcomes[:1]:
        for document, why in outcome.faulty:
            note(f"{document}: {why}")
    if str(skipped):
        note(str(skipped))
    if as_json:
        print_json({"runs": [_row(outcome) for outcome in outcomes]})
    else:
        rows = []
        for outcome in outcomes:
            totals = outcome.totals
            cost = "not measured" if totals.cost_usd is None else f"${totals.cost_usd:.4f}"
            tokens = "not measured"
            if totals.prompt_tokens is not None:
                tokens = f"{totals.prompt_tokens} + {totals.completion_tokens}"
            rows.append(
                (outcome.run.path, totals.planned, totals.kept, totals.shared, totals.cached,
                 totals.asked, totals.failed, tokens, cost, f"{totals.seconds:.1f} s")
            )  # fmt: skip
        print_table(
            [
                "run",
                "planned",
                "kept",
                "shared",
                "cached",
                "new",
                "failed",
                "tokens",
                "cost",
                "time",
            ],
            rows,
            right=range(1, 10),
        )
    for outcome in outcomes:
        if outcome.totals.errors:
            kinds = ", ".join(f"{kind}: {n}" for kind, n in outcome.totals.errors.most_common())
            hint = (
                ""
                if set(outcome.totals.errors) == {"no recorded reply"}
                else "; --retry-failed asks again"
            )
            note(f"{outcome.run.path}: failed for good: {kinds}{hint}")
            for kind, said in outcome.totals.first_errors.items():
                note(f"  the first {kind}: {said}")
        if outcome.error is not None:
            note(f"summarizer: error: {outcome.error}")


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "run": str(outcome.run.path),
        "totals": outcome.totals.to_json(),
        "faulty": [{"document": name, "reason": why} for name, why in outcome.faulty],
        "error": None if outcome.error is None else str(outcome.error),
    }
