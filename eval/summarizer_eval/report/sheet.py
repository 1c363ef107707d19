"""The report's rows as CSV, for spreadsheets and notebooks."""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from summarizer.jsonlines import Json

__all__ = ["csv_cell", "write_csv"]

# Metrics are called contradicted and unsupported too.
_VERDICTS = ("claims_supported", "claims_contradicted", "claims_unsupported", "claims_unchecked")


def csv_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection); numbers stay."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    dangerous = text.lstrip()[:1] in ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
    return "'" + text if dangerous or text[:1] in ("\t", "\r", "\n") else text


def write_csv(head: Json, rows: Iterable[Json], path: Path) -> None:
    """One row a document and variant; UTF-8 with a mark, so that spreadsheets read Chinese."""
    metrics = [metric["name"] for metric in head["metrics"]]
    temporary = path.with_name(f".{path.name[:40]}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        fixed = ["id", "title", "url", "date", "language", "problems", "variant", "status", "chars"]
        writer.writerow([*fixed, *metrics, *_VERDICTS])
        for row in rows:
            about = [row["id"], row["title"], row["url"], row["date"], row["lang"]]
            for variant, entry in zip(head["variants"], row["v"], strict=True):
                if entry is None:
                    continue
                cells = [*about, " ".join(row["problems"]), variant["name"], entry["status"]]
                counts = entry["c"] or [None] * len(_VERDICTS)
                values = [*cells, entry["n"], *entry["m"], *counts]
                writer.writerow([csv_cell(value) for value in values])
    temporary.replace(path)
