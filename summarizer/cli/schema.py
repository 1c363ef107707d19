"""``summarizer schema``: the JSON Schema of a format."""

from __future__ import annotations

from importlib.resources import files

import click

__all__ = ["command"]


def schema_names() -> list[str]:
    """The formats that have a schema."""
    return sorted(
        entry.name.removesuffix(".json")
        for entry in (files("summarizer") / "schemas").iterdir()
        if entry.name.endswith(".json")
    )


@click.command("schema", epilog="Example: summarizer schema generation > generation.schema.json")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """Print the JSON Schema of format NAME; without NAME, list the formats."""
    names = schema_names()
    if name is None:
        for known in names:
            click.echo(known)
        return
    if name not in names:
        raise click.BadParameter(f"no such format; one of {', '.join(names)}", param_hint="NAME")
    text = (files("summarizer") / "schemas" / f"{name}.json").read_text(encoding="utf-8")
    click.echo(text, nl=False)
