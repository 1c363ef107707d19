"""Options that several commands share, so that they are spelled alike everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["comma_list", "json_option", "quiet_option", "run_arguments"]

F = TypeVar("F", bound="Callable[..., Any]")


def comma_list(
    ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...]:
    """Callback for options that repeat and take commas: ``--metric a,b --metric c``."""
    return tuple(part.strip() for item in value for part in item.split(",") if part.strip())


def json_option(help_text: str = "Print JSON for machines.") -> Callable[[F], F]:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help=help_text)


def quiet_option(function: F) -> F:
    """``--quiet``: no progress."""
    return click.option("-q", "--quiet", is_flag=True, help="Show no progress.")(function)


def run_arguments(*, minimum: int = 1) -> Callable[[F], F]:
    """``RUN…``: run directories or matrices."""

    def several(
        ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
    ) -> tuple[str, ...]:
        if len(value) < minimum and not (minimum == 2 and len(value) == 1):
            raise click.UsageError(f"give at least {minimum} run directories", ctx)
        return value

    return click.argument(
        "runs", metavar="RUN...", nargs=-1, required=True, callback=several, type=click.Path()
    )
