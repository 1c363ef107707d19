"""``summarizer completion``: the shell's completion script."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("completion", epilog="Example: summarizer completion bash >> ~/.bashrc")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of SHELL."""
    from click.shell_completion import get_completion_class

    from summarizer.cli.app import cli

    kind = get_completion_class(shell)
    assert kind is not None  # the three shells that click ships
    click.echo(kind(cli, {}, "summarizer", "_SUMMARIZER_COMPLETE").source())
