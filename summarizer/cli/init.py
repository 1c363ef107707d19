"""``summarizer init``: write a commented ``summarizer.toml``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from summarizer.document import Document
    from summarizer_eval.sizing import Suggestion

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
max_unscored = 0.2                      # share that may escape a metric, as with nothing to check

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

    The number of documents and the margins are chosen from how far the archive's own summaries of
    one source differ, where it has such; else 120 and the usual ones. From how many documents on a
    check finds planted harm is written beside it.
    """
    from summarizer.archive import read_archive
    from summarizer.cli.output import note
    from summarizer.errors import InputError
    from summarizer_eval.sizing import suggest
    from summarizer_eval.suites import CONFIG_FILE

    target = Path(CONFIG_FILE)
    if target.exists() and not force:
        raise InputError("is there already", where=target, hint="--force replaces it")
    documents = list(read_archive(list(paths)))
    note(f"{len(documents)} documents read; measuring how far summaries of one source differ")
    suggestion = suggest(documents)
    listed = ", ".join(json.dumps(path, ensure_ascii=False) for path in paths)
    target.write_text(
        _TEMPLATE.format(
            documents=listed, sample=_sample(suggestion, documents), margins=_margins(suggestion)
        ),
        encoding="utf-8",
    )
    note(f"{target} written: {suggestion.why}")
    note("next: summarizer accept --suite default, then summarizer check")
    return 0


def _sample(suggestion: Suggestion, documents: list[Document]) -> str:
    """The setting, and from how many sources on each planted harm is found."""
    why = f"{suggestion.size} sources: {suggestion.why}"
    count = suggestion.documents_for(documents)
    if count < len(documents):
        text = f"random = {count:<30} # {why}"
    else:
        text = f"# random = {suggestion.size:<28} # {why}; these are all there are"
    if not suggestion.found:
        return text
    text += "\n# So many sources find, in 80% of checks, measured on your own stored summaries:"
    for harm, named in suggestion.found:
        text += f"\n#   {harm}: {named or 'more than were tried'}"
    return text


def _margins(suggestion: Suggestion) -> str:
    rows = []
    for name, margin in suggestion.margins.items():
        row = f"{name} = {margin:g}"
        if name in suggestion.noise:
            row = f"{row:<40}# two equally good summaries differ by {suggestion.noise[name]:.3f}"
        rows.append(row)
    return "\n".join(rows)
