"""``summarizer record``: keep a suite's replies, for checks without a network."""

from __future__ import annotations

from typing import Any

import click

from summarizer.cli._suites import chosen_suites, run_variant
from summarizer.cli.check import live_options

__all__ = ["command"]


@click.command("record", epilog="Example: summarizer record default --max-cost 2")
@click.argument("suites", metavar="SUITE...", nargs=-1, required=True)
@click.option(
    "--config", type=click.Path(), metavar="FILE", help="Else the nearest summarizer.toml."
)
@live_options
def command(suites: tuple[str, ...], **options: Any) -> int:
    """Ask the models of SUITEs and write their replies where `check --offline` reads them.

    Commit the file: CI then needs no key.
    """
    from summarizer.cli.output import note
    from summarizer.jsonlines import write_lines

    options["offline"] = None
    failed = 0
    for suite in chosen_suites(suites, options["config"]):
        rows: dict[tuple[str, str, str, int], dict[str, Any]] = {}
        for variant in suite.variants:
            if variant.model.startswith(("extractive:", "replay:")):
                continue  # needs no network anyway
            run = run_variant(suite, variant, options)
            for generation in run.generations():
                if generation.reply is None:
                    failed += 1
                    continue
                row = generation.to_json()
                name = (row["document"], row["prompt"], row["model"], row["sample"])
                # When it came is no part of a reply: recording again changes only what changed.
                rows[name] = {**row, "created_at": "", "latency_s": None, "cached": False}
        if not rows:
            note(f"{suite.name}: nothing to record: its models need no network")
            continue
        path = suite.replies_path
        path.parent.mkdir(parents=True, exist_ok=True)
        write_lines(path, (rows[name] for name in sorted(rows)))
        note(f"{suite.name}: {len(rows)} replies recorded in {path}")
    if failed:
        note(f"{failed} requests failed and were not recorded")
    return 4 if failed else 0
