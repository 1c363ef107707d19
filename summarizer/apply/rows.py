"""Archives of rows: a copy of the file with other summaries, every other byte of a line kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from summarizer.apply.edit import source_changed, summary_changed
from summarizer.archive.rows import SOURCE_FIELDS, SUMMARY_FIELDS
from summarizer.document import normalized_id
from summarizer.errors import ArchiveError, InputError, MissingExtra
from summarizer.jsonlines import parse_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from summarizer.document import Document

__all__ = ["check_row", "json_lines", "parquet_copy", "row_id"]

_SPACE = " \t\n\r"


def row_id(row: Mapping[str, Any], number: int, path: str) -> str:
    """The id of the document that a row is."""
    own = row.get("id")
    return normalized_id(str(own)) if own not in (None, "") else normalized_id(f"{path}#{number}")


def check_row(row: Mapping[str, Any], document: Document, summary: str) -> None:
    """Refuse a row that is not the one of the run.

    Raises:
        ArchiveError: its source or summary changed.
    """
    source_changed(document, _first(row, SOURCE_FIELDS) or "")
    summary_changed(document, _first(row, SUMMARY_FIELDS), summary)


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((row[name] for name in names if isinstance(row.get(name), str)), None)


def json_lines(
    path: Path, relative: str, new: Callable[[str, Mapping[str, Any]], str | None]
) -> Iterator[bytes]:
    """The lines of a file, those with another summary changed in that value alone.

    Args:
        path: the JSON Lines file.
        relative: as ids have it.
        new: gives the summary for an id and its row, None to keep the line.
    """
    number = 0
    with path.open("rb") as stream:
        for line in stream:
            if not line.strip():
                yield line
                continue
            number += 1
            try:
                row = parse_line(line.removeprefix(b"\xef\xbb\xbf"), where=f"{path}:{number}")
            except InputError:
                yield line
                continue
            summary = new(row_id(row, number, relative), row)
            yield line if summary is None else _with_summary(line, row, summary)


def _with_summary(line: bytes, row: Mapping[str, Any], summary: str) -> bytes:
    text = line.decode("utf-8", "surrogateescape")
    name = next((name for name in SUMMARY_FIELDS if isinstance(row.get(name), str)), None)
    ascii_only = "\\u" in text and text.isascii()
    value = json.dumps(summary, ensure_ascii=ascii_only)
    if name is not None:
        start, end = _value_span(text, name)
        text = text[:start] + value + text[end:]
    else:
        close = text.rindex("}")
        name = next((name for name in SUMMARY_FIELDS if name in row), None)
        if name is not None:  # a null stands there
            start, end = _value_span(text, name)
            text = text[:start] + value + text[end:]
        else:
            comma = ", " if row else ""
            text = text[:close].rstrip() + f'{comma}"{SUMMARY_FIELDS[0]}": {value}' + text[close:]
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte
        return text.encode("utf-8", "backslashreplace")


def _value_span(text: str, name: str) -> tuple[int, int]:
    """Where the value of a key of the outer object stands; of a repeated key the last one."""
    decoder = json.JSONDecoder()
    place = text.index("{") + 1
    found = (-1, -1)
    while True:
        place = _skip(text, place)
        if text[place] == "}":
            return found
        if text[place] == ",":
            place = _skip(text, place + 1)
        key, place = decoder.raw_decode(text, place)
        place = _skip(text, _skip(text, place) + 1)
        _, end = decoder.raw_decode(text, place)
        if key == name:
            found = (place, end)
        place = end


def _skip(text: str, place: int) -> int:
    while text[place] in _SPACE:
        place += 1
    return place


def parquet_copy(
    path: Path,
    target: Path,
    relative: str,
    new: Callable[[str, Mapping[str, Any]], str | None],
) -> None:
    """Write a copy of a Parquet file with other summaries; row groups and schema stay.

    Raises:
        MissingExtra: pyarrow is not installed.
        ArchiveError: it has no column for summaries.
    """
    try:
        import pyarrow
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise MissingExtra("pyarrow", extra="parquet", purpose="writing .parquet files") from error
    file = parquet.ParquetFile(path)
    schema = file.schema_arrow
    name = next((name for name in SUMMARY_FIELDS if name in schema.names), None)
    if name is None:
        raise ArchiveError(f"has none of the columns {', '.join(SUMMARY_FIELDS)}", where=path)
    index = schema.get_field_index(name)
    number = 0
    with parquet.ParquetWriter(target, schema) as writer:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            values = []
            for row in table.to_pylist():
                number += 1
                summary = new(row_id(row, number, relative), row)
                values.append(row[name] if summary is None else summary)
            column = pyarrow.array(values, type=schema.field(index).type)
            writer.write_table(table.set_column(index, schema.field(index), column))
