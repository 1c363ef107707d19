"""Runs the variants of a suite into ``.summarizer/``; what stands there already is kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from summarizer.run import Run
    from summarizer_eval.suites import Suite, Variant

__all__ = ["OF_SUITE", "chosen_suites", "prompt_file", "run_variant"]

OF_SUITE = "suite"
"""``--offline`` without a file: the suite's own recorded replies."""


def chosen_suites(names: Sequence[str], config: str | None) -> list[Suite]:
    """The suites of the nearest ``summarizer.toml``, or those named.

    Raises:
        InputError: there is no such suite.
    """
    from summarizer.errors import InputError
    from summarizer_eval.suites import find_config, load_suites

    path = Path(config) if config else find_config(Path.cwd())
    suites = {suite.name: suite for suite in load_suites(path)}
    for name in names:
        if name not in suites:
            raise InputError(
                f"there is no suite {name!r}", where=path, hint=f"there are {', '.join(suites)}"
            )
    return [suites[name] for name in names] if names else list(suites.values())


def run_variant(
    suite: Suite,
    variant: Variant,
    options: dict[str, Any],
    *,
    prompt: Path | None = None,
    out: Path | None = None,
) -> Run:
    """Bring the run of a variant up to date.

    Args:
        suite, variant: what to run.
        options: ``offline``, ``base_url``, ``api_key_file``, ``concurrency``, ``quiet`` and
            ``max_cost``, which is for all variants together: what this one cost is taken off.
        prompt: another template file for the variant's prompt.
        out: another place for the run.

    Raises:
        ReplayMiss: a reply is not recorded; names the command that records it.
    """
    from summarizer.cli._progress import BatchProgress
    from summarizer.cli.regenerate import open_cache
    from summarizer.errors import ReplayMiss
    from summarizer.prompt import Prompt
    from summarizer.regeneration import Options, regenerate

    folders = [suite.folder / suite.prompts_dir] if suite.prompts_dir else []
    template = Prompt.load(prompt or _resolved(suite, variant.prompt), folders=folders)
    folder = out or suite.run_path(variant)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _ignored(suite.folder / ".summarizer")
    model = _model(suite, variant, options)
    cache = open_cache(None, [model])
    try:
        with BatchProgress(quiet=options["quiet"]) as progress:
            [outcome] = regenerate(
                _documents(suite),
                prompts=[template],
                models=[model],
                out=folder,
                params=dict(suite.params),
                samples=suite.samples,
                options=Options(
                    concurrency=options["concurrency"], max_cost_usd=options["max_cost"]
                ),
                cache=cache,
                archive={"root": str(suite.folder), "paths": list(suite.documents)},
                on_progress=progress,
            )
    finally:
        if cache is not None:
            cache.close()
    if options["max_cost"] is not None:
        options["max_cost"] = max(0.0, options["max_cost"] - (outcome.totals.cost_usd or 0.0))
    if isinstance(outcome.error, ReplayMiss):
        raise ReplayMiss(
            outcome.error.what,
            where=outcome.error.where,
            hint=f"record it: summarizer record {suite.name}",
        )
    if outcome.error is not None:
        raise outcome.error
    return outcome.run


def _documents(suite: Suite) -> Iterator[Any]:
    from summarizer.archive import read_archive
    from summarizer.selection import Selection

    select = Selection(suite.select, None, suite.random, suite.seed, suite.limit)
    return read_archive(
        [suite.folder / path for path in suite.documents], root=suite.folder, select=select
    )


def _model(suite: Suite, variant: Variant, options: dict[str, Any]) -> Any:
    from summarizer.errors import InputError
    from summarizer.models.registry import make_model

    spec = variant.model
    if spec.startswith("replay:"):
        spec = f"replay:{suite.folder / spec.removeprefix('replay:')}"
    offline = options["offline"]
    if offline == OF_SUITE and not spec.startswith(("extractive:", "replay:")):
        offline = suite.replies_path
        if not offline.is_file():
            raise InputError(
                "no replies are recorded yet", where=offline,
                hint=f"record them: summarizer record {suite.name}",
            )  # fmt: skip
    elif offline == OF_SUITE:
        offline = None
    return make_model(
        spec,
        base_url=options["base_url"],
        api_key_file=options["api_key_file"],
        offline=None if spec.startswith("extractive:") else offline,
        connections=options["concurrency"],
    )


def _resolved(suite: Suite, prompt: str) -> str | Path:
    """A path of a suite is relative to the suite."""
    looks_like_path = "/" in prompt or prompt.endswith(".j2")
    return suite.folder / prompt if looks_like_path else prompt


def prompt_file(suite: Suite, variant: Variant) -> str | None:
    """The file of a variant's prompt, relative to the suite's folder; None where outside."""
    from summarizer.prompt import Prompt

    folders = [suite.folder / suite.prompts_dir] if suite.prompts_dir else []
    path = Prompt.load(_resolved(suite, variant.prompt), folders=folders).path
    if path is None:
        return None
    try:
        return path.resolve().relative_to(suite.folder.resolve()).as_posix()
    except ValueError:
        return None


def _ignored(folder: Path) -> None:
    """Runs are no part of the repository."""
    folder.mkdir(exist_ok=True)
    marker = folder / ".gitignore"
    if not marker.exists():
        marker.write_text("*\n", encoding="utf-8")
