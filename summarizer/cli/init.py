"""``summarizer init``: write a commented ``summarizer.toml``."""

from __future__ import annotations

import json
from pathlib import Path

import click

__all__ = ["command"]

_TEMPLATE = """\
# What `summarizer check` runs on, and what must hold. Paths are relative to this file.
# `summarizer accept` pins the baselines in eval/baselines/, `summarizer record` the replies.

[suite.default]
documents = [{documents}]
{sample}
prompts = ["brief_zh"]                  # names, or files such as "prompts/mine.j2"
models = ["openai:gpt-4.1-mini"]        # the endpoint comes from OPENAI_BASE_URL or --base-url
# samples = 2                           # tells the model's own noise from the prompt's effect
# params = {{temperature = 0.2}}
# replies = "eval/suites/default.replies.jsonl"   # what --offline reads

[suite.default.gate]
min_scored_share = 0.98                 # documents that must have a summary
max_lost = 0                            # documents that may lose theirs

[suite.default.gate.margins]            # how far a mean may drop before it counts
{margins}

[suite.default.gate.collapse]           # no document may fall this low
rouge1 = 0.40
"""


@click.command("init", epilog="Example: summarizer init archive/")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True,
                type=click.Path(exists=True))  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a summarizer.toml that is there.")
def command(paths: tuple[str, ...], force: bool) -> int:
    """Write a commented summarizer.toml for the archive at PATHs.

    The number of documents is chosen from how far the archive's own summaries of one source differ,
    where it has such; else 120. What a check of that size finds is written beside it.
    """
    from summarizer.archive import read_archive
    from summarizer.cli.output import note
    from summarizer.errors import InputError
    from summarizer_eval.calibration import suggest
    from summarizer_eval.gate import DEFAULT_MARGINS
    from summarizer_eval.suites import CONFIG_FILE

    target = Path(CONFIG_FILE)
    if target.exists() and not force:
        raise InputError("is there already", where=target, hint="--force replaces it")
    documents = list(read_archive(list(paths)))
    suggestion = suggest(documents)
    size, why = suggestion.size, suggestion.why
    sources = len({document.key for document in documents})
    sample = f"random = {size}                            # {why}"
    if size >= sources:
        sample = f"# random = {size}                          # {why}; the archive has {sources}"
    found = "".join(
        f"\n#   {name}: {rate:.0%} of checks regress" for name, rate in suggestion.found
    )
    if found:
        sample += f"\n# What {size} documents find, with baseline and candidate made anew:{found}"
    listed = ", ".join(json.dumps(path, ensure_ascii=False) for path in paths)
    margins = "\n".join(f"{name} = {margin:g}" for name, margin in DEFAULT_MARGINS.items())
    target.write_text(
        _TEMPLATE.format(documents=listed, sample=sample, margins=margins), encoding="utf-8"
    )
    note(f"{target} written: {why}")
    note("next: summarizer accept --suite default, then summarizer check")
    return 0
