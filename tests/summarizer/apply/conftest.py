"""A small archive with odd bytes, and runs of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from summarizer.archive import read_archive
from summarizer.imports import import_run, read_summaries
from summarizer.run import Run

MakeRun = Callable[..., Run]


def document(summary: str, *, source: str = "The kite flew 30 metres high.", url: int = 1) -> bytes:
    return (
        f"# Kite {url}\n\n**URL**: https://example.org/{url}\n\n## 原始摘要\n\n{source}\n\n"
        f"## AI 摘要\n\n{summary}\n\n## 元数据\n\n- **来源**: 示例\n"
    ).encode()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Five documents: plain, CRLF with a BOM, bytes that are no UTF-8, doubled, conflicting."""
    root = tmp_path / "archive"
    (root / "2025").mkdir(parents=True)
    files = {
        "plain.md": document("风筝飞到30米高。  "),
        "crlf.md": b"\xef\xbb\xbf" + document("风筝飞得很高。", url=2).replace(b"\n", b"\r\n"),
        "odd.md": document("旧摘要", url=3).replace("示例".encode(), b"\xff\xfe \x00"),
        "doubled.md": document("一\n\n## AI 摘要\n\n二", url=4),
        "conflict.md": document("<<<<<<< HEAD\n甲\n=======\n乙\n>>>>>>> x", url=5),
    }
    for name, data in files.items():
        (root / "2025" / name).write_bytes(data)
    return root


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Make a run of summaries by id; the id is the path below the archive."""

    def make(archive: Path, summaries: dict[str, str | None], name: str = "run") -> Run:
        file = tmp_path / f"{name}.jsonl"
        lines = [json.dumps({"id": key, "summary": text}) for key, text in summaries.items()]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return import_run(
            read_archive(archive, root=archive),
            read_summaries(file),
            tmp_path / name,
            root=archive,
            archive={"root": str(archive), "paths": [str(archive)]},
        )

    return make
