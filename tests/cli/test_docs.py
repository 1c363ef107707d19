"""``summarizer docs`` as a user meets it."""

from __future__ import annotations

import io
import json
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from summarizer.cli.app import run


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three posts, of which one is HTML, and a digest that is no document."""
    for number, source in enumerate(
        ["<p>第一段<br>第二段</p>", "Plain words of a paper.", "普通的文字"]
    ):
        (tmp_path / f"{number}.md").write_text(
            f"# 标题{number}\n\n**URL**: https://example.org/{number}\n\n"
            f"## 原始摘要\n\n{source}\n\n"
            f"## AI 摘要\n\n第{number}篇讲的是别的事情。\n\n## 元数据\n\n- **来源**: 微博\n",
            encoding="utf-8",
        )
    (tmp_path / "README.md").write_text("# Digest\n\n- one\n", encoding="utf-8")
    return tmp_path


def test_json_rows_follow_the_schema_of_documents(
    archive: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """`--json` prints the fields of documents.jsonl, one row a document."""
    assert run(["docs", str(archive), "--json"]) == 0
    out, err = capfd.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    schema = json.loads((files("summarizer") / "schemas" / "document.json").read_text("utf-8"))
    for row in rows:
        jsonschema.validate(row, schema)
    assert [row["id"] for row in rows] == ["0.md", "1.md", "2.md"]
    assert [problem["line"] for problem in rows[0]["problems"]] == [13]
    assert err == "3 documents, 3 sources, 3 with problems; 1 skipped as no documents\n"


def test_the_table_counts_problems_and_says_what_text_saves(
    archive: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """People get a row a document, the counts, and the share of tokens saved on HTML."""
    assert run(["docs", str(archive)]) == 0
    out = capfd.readouterr().out
    assert out.splitlines()[0] == "0.md  zh  7/11  metadata-source"
    (row,) = [line for line in out.splitlines() if line.startswith("metadata-source")]
    assert row.split()[:5] == ["metadata-source", "3", "the", "metadata", "name"]
    assert "of the tokens of 1 HTML sources (o200k_base)." in out


def test_ids_come_from_stdin(
    archive: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--select -` takes the rows that another command printed."""
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"id": "1.md"}\n'))
    assert run(["docs", str(archive), "--select", "-", "--json"]) == 0
    assert [json.loads(line)["id"] for line in capfd.readouterr().out.splitlines()] == ["1.md"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "problem:nothing-like-it"], "no document was selected"),
        (["--select", "size:3"], "'size:3' is no selection"),
        (["--ids", "absent.txt"], "absent.txt: No such file or directory"),
    ],
)
def test_nothing_matched_is_bad_input(
    archive: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """Exit 3 and one line that says what is wrong."""
    assert run(["docs", str(archive), *arguments]) == 3
    assert message in capfd.readouterr().err


def test_strict_ends_with_3_where_a_file_cannot_be_read(
    archive: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The unreadable file is named and counted, the others are listed."""
    (archive / "rows.jsonl").write_text("{broken\n", encoding="utf-8")
    assert run(["docs", str(archive), "--json"]) == 0
    assert run(["docs", str(archive), "--strict", "--json"]) == 3
    out, err = capfd.readouterr()
    assert "rows.jsonl#1: cannot be read: is not JSON" in err
    assert "1 unreadable, 1 skipped as no documents" in err
    assert len(out.splitlines()) == 6


def test_a_hostile_title_cannot_reach_the_terminal(
    archive: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Control characters in a file name are shown as replacement characters."""
    (archive / "0.md").rename(archive / "\x1b[31mred.md")
    assert run(["docs", str(archive)]) == 0
    out, err = capfd.readouterr()
    assert "\x1b" not in out + err
    assert "\ufffd[31mred.md" in out
