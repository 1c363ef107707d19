"""JSON Lines as every file of ours has them: UTF-8, one object a line, any text survives.

Archives hold bytes that are not UTF-8; we carry them as lone surrogates (``surrogateescape``).
Such a line is written with ``\\uXXXX`` escapes, all others readably.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from summarizer.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Json", "dump_line", "parse_line", "read_json", "read_lines", "write_lines"]

Json = dict[str, Any]


def dump_line(row: Json) -> bytes:
    """One row as a line of UTF-8 bytes with its newline; keys keep their order."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode("utf-8") + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row, separators=(",", ":")).encode("ascii") + b"\n"


def read_json(path: Path) -> Json:
    """One JSON object from a file.

    Raises:
        InputError: the file is absent, not JSON, or not an object.
    """
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(error.strerror or str(error), where=path) from error
    except ValueError as error:
        raise InputError(f"is not JSON ({error})", where=path) from error
    if not isinstance(value, dict):
        raise InputError("holds no JSON object", where=path)
    return value


def read_lines(path: Path) -> Iterator[tuple[int, Json]]:
    """The rows of a file with their line numbers (from 1), blank lines skipped.

    Raises:
        InputError: the file is absent, or a line is not a JSON object; names the line.
    """
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield number, parse_line(line, where=f"{path}:{number}")
    except OSError as error:
        raise InputError(error.strerror or str(error), where=path) from error


def parse_line(line: bytes | str, *, where: str) -> Json:
    """One line as a JSON object.

    Raises:
        InputError: it is not one.
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"is not JSON ({error})", where=where) from error
    if not isinstance(row, dict):
        raise InputError("is not a JSON object", where=where)
    return row


def write_lines(path: Path, rows: Iterable[Json]) -> None:
    """Write a whole file of rows; atomic: the old file stays until the new one is complete."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as stream:
        for row in rows:
            stream.write(dump_line(row))
    temporary.replace(path)
