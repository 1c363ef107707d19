"""How commands print: tables for people, JSON for machines, progress on stderr.

Results go to stdout, everything else to stderr. Off a terminal there is neither colour nor a
progress bar.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from rich.progress import Progress

    from summarizer.jsonlines import Json

__all__ = [
    "clean",
    "note",
    "print_json",
    "print_line",
    "print_rows",
    "print_table",
    "print_text",
    "progress_bar",
]

# C0 and C1 controls but tab and newline; bidi overrides and isolates; zero-width joiners stay.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


def clean(text: str) -> str:
    """Text of a document made safe for a terminal: no control or bidi characters."""
    return _CONTROL.sub("\ufffd", text).encode("utf-8", "replace").decode("utf-8")


def print_json(value: Any) -> None:
    """One JSON value on stdout, indented; the same bytes for the same value."""
    _write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_rows(rows: Iterable[Json]) -> None:
    """JSON Lines on stdout, each row as soon as it is there."""
    from summarizer.jsonlines import dump_line

    for row in rows:
        sys.stdout.buffer.write(dump_line(row))
    sys.stdout.flush()


def print_line(text: str = "") -> None:
    """One cleaned line on stdout."""
    _write(clean(text) + "\n")


def print_text(text: str) -> None:
    """A whole text on stdout, made by us for a file or another program: not cleaned."""
    _write(text)


def note(text: str) -> None:
    """One cleaned line on stderr: a diagnosis, a count, what to do next."""
    sys.stderr.write(clean(text) + "\n")
    sys.stderr.flush()


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[int] = ()
) -> None:
    """A table on stdout; `right` numbers the columns that hold figures."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    figures = set(right)
    for index, name in enumerate(columns):
        table.add_column(name, justify="right" if index in figures else "left", overflow="fold")
    from rich.text import Text

    for row in rows:
        table.add_row(*[Text(clean(str(cell))) for cell in row])
    console().print(table)


def console(*, stderr: bool = False) -> Console:
    """A console that follows the terminal's width, or a wide one off a terminal."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 160
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=False)


def progress_bar(*, quiet: bool = False) -> Progress:
    """A bar with rate and ETA on stderr; nothing is shown off a terminal or with `quiet`."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[info]}"),
        TimeElapsedColumn(),
        TextColumn("ETA"),
        TimeRemainingColumn(),
        console=console(stderr=True),
        disable=quiet or not sys.stderr.isatty(),
        transient=True,
    )


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: East Asian wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def shorten(text: str, width: int) -> str:
    """A text in at most `width` columns, with an ellipsis where it was cut."""
    text = " ".join(clean(text).split())
    if display_width(text) <= width:
        return text
    kept, used = [], 1
    for char in text:
        used += display_width(char)
        if used > width:
            break
        kept.append(char)
    return "".join(kept) + "…"


def _write(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()
