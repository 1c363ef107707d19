"""``summarizer check``: the gate. Passes, fails, or says that it cannot tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from summarizer.cli._calibrate import calibrate
from summarizer.cli._check_output import FORMATS, Output, parse_outputs, show
from summarizer.cli._gitref import path_in_repository, recorded_at
from summarizer.cli._suites import OF_SUITE, chosen_suites, prompt_file, run_variant
from summarizer.cli.options import comma_list, json_option, quiet_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from summarizer_eval.check_result import CheckResult, Refusal
    from summarizer_eval.suites import Suite, Variant

__all__ = ["command", "live_options"]


def live_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """How a suite's models are asked."""
    for option in (
        click.option("--base-url", help="Of an OpenAI-compatible server; else OPENAI_BASE_URL."),
        click.option("--api-key-file", type=click.Path(exists=True, dir_okay=False)),
        click.option("--concurrency", type=click.IntRange(1, 1024), default=16, show_default=True),
        click.option("--max-cost", type=click.FloatRange(0), metavar="USD"),
        quiet_option,
    ):
        function = option(function)
    return function


@click.command(
    "check",
    epilog="Example: summarizer check --offline --output-format github",
)
@click.argument("run", metavar="[RUN]", required=False, type=click.Path())
@click.option("--baseline", type=click.Path(), metavar="FILE",
              help="Of RUN: a baseline file, or another run.")  # fmt: skip
@click.option("--suite", "suites", multiple=True, callback=comma_list, help="Only these suites.")
@click.option(
    "--config", type=click.Path(), metavar="FILE", help="Else the nearest summarizer.toml."
)
@click.option("--offline", is_flag=False, flag_value=OF_SUITE, metavar="[FILE]",
              help="Recorded replies answer: the suite's, or those of FILE.")  # fmt: skip
@click.option("--against-ref", metavar="REF",
              help="Hold the prompts against those of the merge base with REF.")  # fmt: skip
@click.option("--calibrate", is_flag=True,
              help="Only show how often the gate is right on this archive, by size.")  # fmt: skip
@click.option("--inconclusive", type=click.Choice(["fail", "pass"]), default="fail",
              show_default=True, help="pass makes exit code 5 a 0.")  # fmt: skip
@click.option("--samples", type=click.IntRange(1, 100), metavar="N",
              help="Instead of the suite's: two or more tell the model's noise from the prompt's "
              "effect.")  # fmt: skip
@click.option("--output-format", "outputs", multiple=True, callback=parse_outputs, default=["text"],
              metavar="FORMAT[=FILE]",
              help=f"{', '.join(FORMATS)}; into FILE beside what is printed; repeats.")  # fmt: skip
@live_options
@json_option("The same as --output-format json.")
def command(run: str | None, **options: Any) -> int:
    """Hold runs against their baselines: pass (0), regress (1) or inconclusive (5).

    Without RUN all suites of the nearest summarizer.toml are run and held against
    eval/baselines/SUITE/VARIANT.json.
    """
    from summarizer.cli.output import note
    from summarizer.errors import InputError, worst_exit_code
    from summarizer_eval.check_result import Refusal

    if options["calibrate"]:
        return calibrate(options)
    outputs = options["outputs"]
    if options["as_json"]:
        outputs = [*(item for item in outputs if item.path is not None), Output("json", None)]
    if bool(run) != bool(options["baseline"]):
        raise click.UsageError("give RUN and --baseline FILE together, or neither")
    refused: list[Refusal] = []
    files: dict[str, str] = {}
    try:
        if run is not None:
            results = [_check_run(run, options["baseline"])]
        else:
            results = _check_suites(options, files, refused)
    except InputError as error:
        results, refused = [], [Refusal(run or "summarizer check", str(error))]
    show(results, refused, files, outputs, inconclusive_fails=options["inconclusive"] == "fail")
    for refusal in refused:
        note(f"summarizer: error: {refusal.reason}")
    codes = {"pass": 0, "regress": 1, "inconclusive": 5 * (options["inconclusive"] == "fail")}
    return worst_exit_code(*(codes[result.outcome] for result in results), *(3 for _ in refused))


def _check_run(run: str, against: str) -> CheckResult:
    from summarizer.errors import InputError
    from summarizer.run import open_runs
    from summarizer_eval.baseline import Baseline

    runs = open_runs([run])
    if len(runs) > 1:
        raise InputError(f"is a matrix of {len(runs)} runs", where=run, hint="name one of them")
    path = Path(against)
    baseline = _of_run(path) if path.is_dir() else Baseline.load(path)
    return _judge(runs[0].path, baseline, path)


def _of_run(path: Path, name: str | None = None, gate: Any = None) -> Any:
    """A run as a baseline of this moment."""
    from summarizer_eval.baseline import Baseline, watched
    from summarizer_eval.gate import Gate
    from summarizer_eval.scoring import score

    gate = gate or Gate()
    [scored] = score(path, metrics=watched(gate))
    return Baseline.of_run(name or path.name, scored, gate)


def _judge(
    run: Path, baseline: Any, path: Path, *, gate: Any = None, share: float | None = None
) -> CheckResult:
    from summarizer_eval.baseline import Baseline, anchor_path, watched
    from summarizer_eval.checking import MAX_CHANGED, check
    from summarizer_eval.scoring import score

    [scored] = score(run, metrics=watched(gate or baseline.gate))
    anchor = Baseline.load(anchor_path(path)) if anchor_path(path).is_file() else None
    return check(
        scored,
        baseline,
        anchor=anchor,
        gate=gate,
        max_changed=MAX_CHANGED if share is None else share,
    )


def _check_suites(
    options: dict[str, Any], files: dict[str, str], refused: list[Refusal]
) -> list[CheckResult]:
    """Judge every variant; one that cannot be is put aside, so that the others are still judged.

    Args:
        options: of the command.
        files: filled with each variant's prompt file, relative to the repository.
        refused: filled with the variants that cannot be judged.

    Raises:
        InputError: there is no suite, or no variant with a prompt in git.
    """
    from summarizer.errors import InputError
    from summarizer_eval.check_result import Refusal

    results: list[CheckResult] = []
    for suite in chosen_suites(options["suites"], options["config"]):
        suite = suite if options["samples"] is None else replace(suite, samples=options["samples"])
        inside = path_in_repository(suite.folder)
        if not options["against_ref"]:
            _name_orphans(suite)
        for variant in suite.variants:
            name = f"{suite.name}/{variant.name}"
            try:
                if file := prompt_file(suite, variant):
                    files[name] = inside + file
                judge = _against_ref if options["against_ref"] else _against_baseline
                if (result := judge(suite, variant, options)) is not None:
                    results.append(result)
            except InputError as error:
                refused.append(Refusal(name, str(error)))
    if not results and not refused:
        raise InputError("no variant has a prompt in the repository", where="--against-ref")
    return results


def _name_orphans(suite: Suite) -> None:
    """A baseline that no variant is held against any more is no silent pass."""
    from summarizer.cli.output import note

    known = {suite.baseline_path(variant).name for variant in suite.variants}
    folder = suite.folder / "eval" / "baselines" / suite.name
    for path in sorted(folder.glob("*.json")):
        if path.name not in known and not path.name.endswith(".anchor.json"):
            note(f"{path}: no variant of suite {suite.name} has this name; nothing is checked")


def _against_baseline(suite: Suite, variant: Variant, options: dict[str, Any]) -> CheckResult:
    from summarizer.errors import InputError
    from summarizer_eval.baseline import Baseline

    path = suite.baseline_path(variant)
    if not path.is_file():
        raise InputError(
            "there is no baseline yet", where=path, hint=f"summarizer accept --suite {suite.name}"
        )
    # The variant's name, also where its file was renamed with it.
    baseline = replace(Baseline.load(path), name=f"{suite.name}/{variant.name}")
    run = run_variant(suite, variant, options)
    return _judge(run.path, baseline, path, gate=suite.gate, share=suite.max_changed)


def _against_ref(suite: Suite, variant: Variant, options: dict[str, Any]) -> CheckResult | None:
    """Compare the prompt of this tree with that of the merge base; None: it has none in git."""
    from summarizer.cli._gitref import template_at

    file = prompt_file(suite, variant)
    if file is None:
        return None
    old = template_at(suite.folder, file, options["against_ref"])
    if old is None:
        from summarizer.cli.output import note

        note(f"{file}: is new since {options['against_ref']}, nothing to compare with")
        return None
    recorded = recorded_at(suite, options["against_ref"], options["offline"])
    own = {**options, "offline": recorded}
    before = run_variant(
        suite, variant, own, prompt=old,
        out=suite.folder / ".summarizer" / suite.name / f"{variant.name}.before",
    )  # fmt: skip
    options["max_cost"] = own["max_cost"]
    after = run_variant(suite, variant, options)
    baseline = _of_run(before.path, f"{suite.name}/{variant.name}", suite.gate)
    return _judge(after.path, baseline, before.path, gate=suite.gate, share=suite.max_changed)
