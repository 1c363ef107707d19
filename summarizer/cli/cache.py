"""``summarizer cache``: show, clear or export the response cache."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from summarizer.cli.options import json_option

__all__ = ["command"]


def _open(folder: str | None) -> Any:
    from summarizer.cache import Cache

    return Cache.open(Path(folder) if folder else None)


_folder = click.option("--cache-dir", type=click.Path(file_okay=False), help="Of the cache.")


@click.group("cache", epilog="Example: summarizer cache export > replies.jsonl")
def command() -> None:
    """Show, clear or export the response cache."""


@command.command("info", epilog="Example: summarizer cache info")
@_folder
@json_option()
def info(cache_dir: str | None, as_json: bool) -> None:
    """Where the cache is, how many replies it holds, how large it is."""
    from summarizer.cli.output import print_json, print_line

    cache = _open(cache_dir)
    row = {"path": str(cache.path), "replies": len(cache), "bytes": cache.path.stat().st_size}
    cache.close()
    if as_json:
        print_json(row)
    else:
        print_line(f"{row['path']}: {row['replies']} replies, {row['bytes']} bytes")


@command.command("clear", epilog="Example: summarizer cache clear --yes")
@_folder
@click.option("--yes", is_flag=True, help="Do not ask.")
def clear(cache_dir: str | None, yes: bool) -> None:
    """Forget all replies."""
    from summarizer.cli.output import note

    cache = _open(cache_dir)
    if not yes:
        click.confirm(f"Forget {len(cache)} replies in {cache.path}?", abort=True, err=True)
    note(f"forgot {cache.clear()} replies")
    cache.close()


@command.command("export", epilog="Example: summarizer cache export > replies.jsonl")
@_folder
def export(cache_dir: str | None) -> None:
    """Print all replies as JSON Lines that --offline reads."""
    from summarizer.cli.output import print_rows

    cache = _open(cache_dir)
    print_rows(cache.rows())
    cache.close()
