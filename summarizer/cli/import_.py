"""``summarizer import``: summaries made elsewhere become a run."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command(
    "import",
    epilog="Example: summarizer import theirs.jsonl --documents archive/ --out runs/theirs",
)
@click.argument("file", type=click.Path())
@click.option(
    "--documents",
    "paths",
    metavar="PATH",
    multiple=True,
    required=True,
    type=click.Path(),
    help="The archive that they summarize; repeats.",
)
@click.option("--root", type=click.Path(file_okay=False), help="What ids are relative to.")
@click.option("--out", required=True, type=click.Path(), help="The run's directory.")
@click.option("--model-name", default="imported", show_default=True, help="What made them.")
def command(file: str, paths: tuple[str, ...], root: str | None, out: str, model_name: str) -> int:
    """Make a run of FILE: JSON Lines {id or path or url, summary}."""
    import os
    from pathlib import Path

    from summarizer.archive import find_root, read_archive
    from summarizer.cli.options import SkipLog
    from summarizer.cli.output import note
    from summarizer.errors import InputError
    from summarizer.imports import import_run, read_summaries

    summaries = read_summaries(Path(file))
    for path in paths:
        if not Path(path).exists():
            raise InputError("no such file or folder", where=path)
    roots = [root] if root else [str(find_root(Path(path))) for path in paths]
    base = Path(os.path.commonpath([str(Path(each).resolve()) for each in roots]))
    skipped = SkipLog(strict=False)
    run = import_run(
        read_archive(paths, root=base, on_skip=skipped),
        summaries,
        out,
        model_name=model_name,
        root=base,
        paths=paths,
        archive={"root": str(base), "paths": list(paths)},
    )
    totals = run.info["totals"]
    empty = f", {totals['failed']} without text" if totals["failed"] else ""
    note(f"{run.info['plan']['documents']} documents imported into {out}{empty}")
    return 4 if totals["failed"] else 0
