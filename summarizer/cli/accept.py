"""``summarizer accept``: pin a run as the baseline."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from summarizer.cli._suites import OF_SUITE, chosen_suites, run_variant
from summarizer.cli.check import live_options
from summarizer.cli.options import comma_list

if TYPE_CHECKING:
    from summarizer_eval.baseline import Baseline
    from summarizer_eval.gate import Gate

__all__ = ["command"]


@click.command(
    "accept",
    epilog="Example: summarizer accept --suite default --allow-regression --reason 'shorter now'",
)
@click.argument("run", metavar="[RUN]", required=False, type=click.Path())
@click.option("--baseline", type=click.Path(dir_okay=False), metavar="FILE",
              help="Of RUN: where the baseline stands.")  # fmt: skip
@click.option("--suite", "suites", multiple=True, callback=comma_list, help="Only these suites.")
@click.option(
    "--config", type=click.Path(), metavar="FILE", help="Else the nearest summarizer.toml."
)
@click.option("--offline", is_flag=False, flag_value=OF_SUITE, metavar="[FILE]",
              help="Recorded replies answer: the suite's, or those of FILE.")  # fmt: skip
@click.option("--allow-regression", is_flag=True, help="Accept what the gate calls a regression.")
@click.option("--reason", help="Why; kept in the baseline.")
@live_options
def command(run: str | None, **options: Any) -> int:
    """Pin RUN, or the variants of suites, as the baseline that `check` holds runs against.

    The first baseline is kept as the anchor. A run that the gate calls a regression, and looser
    limits than the pinned ones, need --allow-regression and --reason.
    """
    if bool(run) != bool(options["baseline"]):
        raise click.UsageError("give RUN and --baseline FILE together, or neither")
    if options["allow_regression"] != bool(options["reason"]):
        raise click.UsageError("--allow-regression and --reason go together")
    if run is not None:
        from summarizer.errors import InputError
        from summarizer.run import open_runs

        runs = open_runs([run])
        if len(runs) > 1:
            raise InputError(f"is a matrix of {len(runs)} runs", where=run, hint="name one of them")
        path = Path(options["baseline"])
        name = path.name.removesuffix(".json")
        _accept(runs[0].path, path, name, None, options["reason"])
        return 0
    for suite in chosen_suites(options["suites"], options["config"]):
        for variant in suite.variants:
            made = run_variant(suite, variant, options)
            label = f"{suite.name}/{variant.name}"
            _accept(made.path, suite.baseline_path(variant), label, suite.gate, options["reason"])
    return 0


def _accept(run: Path, path: Path, name: str, gate: Gate | None, reason: str | None) -> None:
    """Write a baseline, and the anchor where it is the second."""
    from summarizer.cli.output import note
    from summarizer_eval.baseline import Baseline, anchor_path, watched
    from summarizer_eval.gate import Gate as DefaultGate
    from summarizer_eval.scoring import score

    old = Baseline.load(path) if path.is_file() else None
    rule = gate or (old.gate if old else DefaultGate())
    [scored] = score(run, metrics=watched(rule))
    history = old.history if old else ()
    against: list[str] = []
    if old is not None:
        against = _objections(scored, old, rule, path)
        if against and not reason:
            from summarizer.errors import InputError

            raise InputError(
                f"is not accepted: {against[0]}",
                where=name,
                hint="fix it, or give --allow-regression --reason TEXT",
            )
        if against:
            history = (*history, {"reason": reason, "regressions": against})
    new = Baseline.of_run(name, scored, rule, history=history)
    if against:  # wanted, with a reason: held against the old anchor no check would pass again
        replace(new, history=()).save(anchor_path(path))
    elif old is not None and not anchor_path(path).is_file() and _other(old, new):
        replace(old, history=()).save(anchor_path(path))
    new.save(path)
    note(f"{name}: {len(new.entries)} documents pinned in {path}")


def _other(old: Baseline, new: Baseline) -> bool:
    return (old.digest, old.summaries) != (new.digest, new.summaries)


def _objections(scored: Any, old: Baseline, gate: Gate, path: Path) -> list[str]:
    """Why a run needs a reason to take a baseline's place."""
    from summarizer.errors import InputError
    from summarizer_eval.baseline import Baseline, anchor_path
    from summarizer_eval.checking import check

    found = gate.looser_than(old.gate)
    anchor = Baseline.load(anchor_path(path)) if anchor_path(path).is_file() else None
    try:
        # However much changed, what is still the same must not be worse.
        result = check(scored, old, anchor=anchor, gate=gate, max_changed=1.0)
    except InputError:  # other documents: nothing to be worse than
        return found
    return found + (list(result.reasons) if result.outcome == "regress" else [])
