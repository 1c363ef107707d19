"""Options that several commands share, so that they are spelled alike everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from summarizer.archive import Skipped
    from summarizer.document import Document

__all__ = [
    "archive_options",
    "comma_list",
    "json_option",
    "open_archive",
    "quiet_option",
    "run_arguments",
]

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


_ARCHIVE_OPTIONS = (
    click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path()),
    click.option("--root", type=click.Path(file_okay=False), help="What ids are relative to."),
    click.option(
        "--select",
        "select",
        multiple=True,
        metavar="EXPR",
        help="path:GLOB, url:GLOB, problem:CODE, lang:zh, date:A..B, id:ID; not: denies; commas "
        "are or, repeating is and; - reads ids from stdin.",
    ),
    click.option("--ids", metavar="FILE", help="Only these: JSON Lines with id or path, or ids."),
    click.option("--random", "sample", type=click.IntRange(1), help="Draw this many at random."),
    click.option("--seed", type=int, default=0, show_default=True, help="Of --random."),
    click.option("--limit", type=click.IntRange(1), help="At most this many."),
    click.option("--language", type=click.Choice(["zh", "en"]), help="Summaries are to be in it."),
    click.option("--source-heading", help="Heading of the source section."),
    click.option("--summary-heading", help="Heading of the summary section."),
    click.option("--metadata-heading", help="Heading of the metadata section."),
    click.option("--strict", is_flag=True, help="Exit with 3 where a document can't be read."),
)


def archive_options(function: F) -> F:
    """``PATH…`` and what chooses documents; the command gets them as one dict, `archive`."""
    import functools

    names = [
        "paths", "root", "select", "ids", "sample", "seed", "limit", "language",
        "source_heading", "summary_heading", "metadata_heading", "strict",
    ]  # fmt: skip

    @functools.wraps(function)
    def gathered(**values: Any) -> Any:
        archive = {name: values.pop(name) for name in names}
        return function(archive=archive, **values)

    wrapped: Any = gathered
    for option in reversed(_ARCHIVE_OPTIONS):
        wrapped = option(wrapped)
    result: F = wrapped
    return result


def selection_of(archive: dict[str, Any]) -> Any:
    """The `Selection` that the options describe, or None where they choose everything."""
    import sys
    from pathlib import Path

    from summarizer.errors import InputError
    from summarizer.selection import Selection, parse_ids

    expressions = [text for text in archive["select"] if text != "-"]
    ids_from = "-" if "-" in archive["select"] else archive["ids"]
    ids = None
    if ids_from == "-":
        ids = parse_ids(sys.stdin, where="stdin")
    elif ids_from:
        try:
            text = Path(ids_from).read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(error.strerror or str(error), where=ids_from) from error
        ids = parse_ids(text.splitlines(), where=ids_from)
    return Selection(tuple(expressions), ids, archive["sample"], archive["seed"], archive["limit"])


def open_archive(
    archive: dict[str, Any], *, on_skip: Callable[[Skipped], None] | None = None
) -> Iterator[Document]:
    """The documents that the options choose."""
    from summarizer.archive import DEFAULT_HEADINGS, read_archive

    headings = DEFAULT_HEADINGS.extended(
        source=archive["source_heading"],
        summary=archive["summary_heading"],
        metadata=archive["metadata_heading"],
    )
    return read_archive(
        archive["paths"],
        root=archive["root"],
        headings=headings,
        select=selection_of(archive),
        expected_language=archive["language"],
        on_skip=on_skip,
    )


class SkipLog:
    """Counts what gave no document, names what could not be read, and decides under --strict."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.unreadable = 0
        self.not_documents = 0

    def __call__(self, skipped: Skipped) -> None:
        from summarizer.cli.output import note

        if skipped.code == "unreadable":
            self.unreadable += 1
            note(f"{skipped.path}: cannot be read: {skipped.reason}")
        else:
            self.not_documents += 1

    @property
    def exit_code(self) -> int:
        """3 under --strict where something could not be read."""
        return 3 if self.strict and self.unreadable else 0

    def __str__(self) -> str:
        parts = []
        if self.unreadable:
            parts.append(f"{self.unreadable} unreadable")
        if self.not_documents:
            parts.append(f"{self.not_documents} skipped as no documents")
        return ", ".join(parts)
