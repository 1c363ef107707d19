"""Archives that are rows: JSON Lines and Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from summarizer.archive.problems import content_problems, problem
from summarizer.document import Document, normalized_id, sha256_text
from summarizer.errors import ArchiveError, InputError, MissingExtra
from summarizer.jsonlines import parse_line
from summarizer.markup import extract_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["SOURCE_FIELDS", "SUMMARY_FIELDS", "read_json_rows", "read_parquet_rows", "row_document"]

SOURCE_FIELDS = ("source", "source_html", "html", "source_text", "content", "text", "document")
SUMMARY_FIELDS = ("stored_summary", "summary", "ai_summary", "reference")
_OWN_FIELDS = {"id", "url", "title", "metadata", *SOURCE_FIELDS, *SUMMARY_FIELDS}


def read_json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | InputError]]:
    """Rows with their numbers from 1; a line that is no object comes as its error."""
    with path.open("rb") as stream:
        number = 0
        for line in stream:
            if not line.strip():
                continue
            number += 1
            try:
                yield (
                    number,
                    parse_line(line.removeprefix(b"\xef\xbb\xbf"), where=f"{path}:{number}"),
                )
            except InputError as error:
                yield number, error


def read_parquet_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | InputError]]:
    """Rows with their numbers from 1, one batch in memory at a time.

    Raises:
        MissingExtra: pyarrow is not installed.
        ArchiveError: the file is not Parquet.
    """
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise MissingExtra("pyarrow", extra="parquet", purpose="reading .parquet files") from error
    try:
        file = parquet.ParquetFile(path)
        number = 0
        for batch in file.iter_batches(batch_size=512):
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except (OSError, ValueError) as error:
        raise ArchiveError(f"is not a readable Parquet file ({error})", where=path) from error


def row_document(row: Mapping[str, Any], *, number: int, path: str) -> Document:
    """A row as a document.

    Raises:
        ArchiveError: it has no source field, or a field is no text.
    """
    where = f"{path}#{number}"
    source = _text(row, SOURCE_FIELDS, where)
    if source is None:
        raise ArchiveError(
            f"has none of the fields {', '.join(SOURCE_FIELDS)}",
            where=where,
            hint="rename the field that holds the source",
        )
    summary = _text(row, SUMMARY_FIELDS, where)
    url = _text(row, ("url",), where)
    extracted = extract_text(source)
    metadata = _metadata(row)
    lines = dict.fromkeys(("url", "source", "summary", "metadata"), number)
    found = list(
        content_problems(
            source=source,
            source_text=extracted.text,
            summary=summary,
            url=url,
            path=path,
            metadata=metadata,
            links=[link.text for link in extracted.links],
            lines=lines,
        )
    )
    if summary is None:
        found.append(problem("summary-missing", number))
    return Document(
        id=normalized_id(str(row["id"]))
        if row.get("id") not in (None, "")
        else normalized_id(where),
        path=path,
        url=url,
        title=_text(row, ("title",), where) or "",
        metadata=metadata,
        source=source,
        source_text=extracted.text,
        stored_summary=None if summary is None else summary.strip(),
        source_sha256=sha256_text(source),
        summary_sha256=None if summary is None else sha256_text(summary),
        problems=tuple(found),
        links=extracted.links,
        lines=lines,
    )


def _text(row: Mapping[str, Any], names: tuple[str, ...], where: str) -> str | None:
    for name in names:
        value = row.get(name)
        if isinstance(value, str):
            return value
        if value is not None:
            raise ArchiveError(f"the field {name!r} is no text", where=where)
    return None


def _metadata(row: Mapping[str, Any]) -> dict[str, str]:
    given = row.get("metadata")
    values = (
        {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}
    )
    for name, value in row.items():
        if name not in _OWN_FIELDS and isinstance(value, (str, int, float)):
            values.setdefault(name, str(value))
    return values
