"""The command. One file a subcommand, each thin; nothing heavy is imported for ``--help``."""

from summarizer.cli.app import main

__all__ = ["main"]
