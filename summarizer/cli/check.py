"""``summarizer check``: the gate. Passes, fails, or says that it cannot tell."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from summarizer.cli._suites import OF_SUITE, chosen_suites, prompt_file, run_variant
from summarizer.cli.options import comma_list, json_option, quiet_option

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from summarizer.jsonlines import Json
    from summarizer_eval.checking import CheckResult
    from summarizer_eval.suites import Suite, Variant

__all__ = ["command", "live_options"]

_FORMATS = ("text", "json", "junit", "github", "markdown")


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
@click.option("--output-format", type=click.Choice(_FORMATS), default="text", show_default=True)
@live_options
@json_option("The same as --output-format json.")
def command(run: str | None, **options: Any) -> int:
    """Hold runs against their baselines: pass (0), regress (1) or inconclusive (5).

    Without RUN all suites of the nearest summarizer.toml are run and held against
    eval/baselines/SUITE/VARIANT.json.
    """
    if options["calibrate"]:
        return _calibrate(options)
    if run is not None:
        if not options["baseline"]:
            raise click.UsageError("give --baseline FILE with RUN")
        results = [_check_run(run, options["baseline"])]
        files: dict[str, str] = {}
    else:
        if options["baseline"]:
            raise click.UsageError("give RUN with --baseline")
        results, files = _check_suites(options)
    _show(results, files, "json" if options["as_json"] else options["output_format"], options)
    return _exit_code(results, options["inconclusive"])


def _exit_code(results: Sequence[CheckResult], inconclusive: str) -> int:
    from summarizer.errors import worst_exit_code

    codes = {"pass": 0, "regress": 1, "inconclusive": 5 if inconclusive == "fail" else 0}
    return worst_exit_code(*(codes[result.outcome] for result in results))


def _calibrate(options: dict[str, Any]) -> int:
    """How often each suite's gate is right, on sources with three stored summaries."""
    from summarizer.cli.output import note, print_json
    from summarizer.errors import InputError

    found: list[Json] = []
    for suite in chosen_suites(options["suites"], options["config"]):
        rows = _rates(suite, quiet=options["quiet"])
        if not rows:
            note(f"{suite.name}: too few sources have three different stored summaries")
            continue
        found += rows
        if not options["as_json"]:
            _show_rates(suite.name, rows)
    if not found:
        raise InputError("no suite has documents to calibrate on", where="--calibrate")
    if options["as_json"]:
        print_json(found)
    return 0


def _rates(suite: Suite, *, quiet: bool) -> list[Json]:
    """Outcomes by size without and with each planted harm."""
    from summarizer.archive import read_archive
    from summarizer.cli.output import progress_bar
    from summarizer_eval.calibration import SIZES, Triples
    from summarizer_eval.harms import standard_harms

    paths = [suite.folder / path for path in suite.documents]
    documents = list(read_archive(paths, root=suite.folder))
    triples = Triples(documents, gate=suite.gate)
    if len(triples) < 3:
        return []
    harms = standard_harms(document.reference for document in documents)
    rows: list[Json] = []
    with progress_bar(quiet=quiet) as bar:
        task = bar.add_task("drawing", total=(1 + len(harms)) * len(SIZES), info="")
        for harm in (None, *harms):
            harmed = triples.harmed(harm.plant) if harm else None
            for size in SIZES:
                rate = triples.rates(size, harmed=harmed, share=harm.share if harm else 1.0)
                bar.update(task, advance=1)
                rows.append(
                    {"suite": suite.name, "sources": len(triples), "draws": rate.draws,
                     "harm": harm.name if harm else None, "size": size, "pass": rate.passed,
                     "regress": rate.regressed, "inconclusive": rate.inconclusive}
                )  # fmt: skip
    return rows


def _show_rates(name: str, rows: list[Json]) -> None:
    from summarizer.cli.output import print_line, print_table

    sizes = sorted({row["size"] for row in rows})
    cells: dict[str, list[str]] = {}
    for row in rows:
        cell = f"{row['pass']:.2f} / {row['regress']:.2f}"
        cells.setdefault(row["harm"] or "unchanged", []).append(cell)
    print_line(
        f"{name}: pass / regress at so many documents; {rows[0]['sources']} sources with three "
        f"summaries, {rows[0]['draws']:,} draws"
    )
    print_table(
        ["what changed", *map(str, sizes)],
        [(harm, *shown) for harm, shown in cells.items()],
        right=range(1, len(sizes) + 1),
    )


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


def _check_suites(options: dict[str, Any]) -> tuple[list[CheckResult], dict[str, str]]:
    results: list[CheckResult] = []
    files: dict[str, str] = {}
    for suite in chosen_suites(options["suites"], options["config"]):
        for variant in suite.variants:
            if options["against_ref"]:
                result = _against_ref(suite, variant, options)
            else:
                result = _against_baseline(suite, variant, options)
            if result is None:
                continue
            results.append(result)
            if file := prompt_file(suite, variant):
                files[result.name] = file
    if not results:
        from summarizer.errors import InputError

        raise InputError("no variant has a prompt in the repository", where="--against-ref")
    return results, files


def _against_baseline(suite: Suite, variant: Variant, options: dict[str, Any]) -> CheckResult:
    from summarizer.errors import InputError
    from summarizer_eval.baseline import Baseline

    path = suite.baseline_path(variant)
    if not path.is_file():
        raise InputError(
            "there is no baseline yet", where=path, hint=f"summarizer accept --suite {suite.name}"
        )
    baseline = Baseline.load(path)
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
    before = run_variant(
        suite, variant, options, prompt=old,
        out=suite.folder / ".summarizer" / suite.name / f"{variant.name}.before",
    )  # fmt: skip
    after = run_variant(suite, variant, options)
    baseline = _of_run(before.path, f"{suite.name}/{variant.name}", suite.gate)
    return _judge(after.path, baseline, before.path, gate=suite.gate, share=suite.max_changed)


def _show(
    results: Sequence[CheckResult], files: dict[str, str], form: str, options: dict[str, Any]
) -> None:
    from summarizer.cli.output import print_json, print_text
    from summarizer_eval.gate_output import junit, markdown, workflow_commands

    if form == "json":
        print_json({"results": [result.to_json() for result in results]})
    elif form == "junit":
        print_text(junit(results, inconclusive_fails=options["inconclusive"] == "fail"))
    elif form == "markdown":
        print_text(markdown(results))
    elif form == "github":
        print_text(workflow_commands(results, files))
        summary = os.environ.get("GITHUB_STEP_SUMMARY")
        if summary:
            with Path(summary).open("a", encoding="utf-8") as stream:
                stream.write(markdown(results))
        _tables(results)
    else:
        _tables(results)


def _tables(results: Sequence[CheckResult]) -> None:
    from summarizer.cli.output import print_line, print_table, shorten
    from summarizer_eval.gate_output import signed

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
        for reason in result.reasons:
            print_line(f"  {reason}")
        named = {
            "added": result.added,
            "removed": result.removed,
            "changed": result.changed,
            "without a summary now": result.lost,
        }
        counts = [f"{result.matched} documents paired"]
        counts += [f"{len(names)} {label}" for label, names in named.items() if names]
        print_line("  " + ", ".join(counts))
        if result.outcome != "pass":
            for item in result.worst:
                print_line(f"  {item.metric} {item.difference:+.3f}  {shorten(item.document, 90)}")
        print_line()
