"""Claims of stored summaries are checked once and kept beside the first run."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from summarizer_eval.report import stored
from summarizer_eval.report.stored import STORED_FILE, StoredClaims
from tests.summarizer_eval.report.making import document


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the documents that were really checked."""
    seen: list[str] = []
    check = stored._check

    def counted(entry: Any) -> Any:
        seen.append(entry.id)
        return check(entry)

    monkeypatch.setattr(stored, "_check", counted)
    return seen


def test_a_second_report_checks_nothing(tmp_path: Path, checks: list[str]) -> None:
    """The same documents give the same claims, read from the file."""
    documents = [document(number) for number in range(40)]
    first = list(StoredClaims(tmp_path, 40)(documents))
    assert len(checks) == 40
    assert list(StoredClaims(tmp_path, 40)(documents)) == first
    assert len(checks) == 40
    assert all(claims[0]["verdict"] for claims in first)


def test_what_changed_is_checked_again(tmp_path: Path, checks: list[str]) -> None:
    """Another summary, source, title or metadata is another question; the others hold."""
    documents = [document(number) for number in range(6)]
    list(StoredClaims(tmp_path, 6)(documents))
    checks.clear()
    changed = [
        dataclasses.replace(documents[0], stored_summary="日处理13万吨。"),
        dataclasses.replace(documents[1], source_text="日处理13万吨。", text_sha256=""),
        dataclasses.replace(documents[2], title="13万吨"),
        dataclasses.replace(documents[3], metadata={"date": "2025-01-01"}),
        *documents[4:],
    ]
    list(StoredClaims(tmp_path, 6)(changed))
    assert checks == [entry.id for entry in documents[:4]]


def test_another_version_of_the_checker_checks_anew(
    tmp_path: Path, checks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an older checker said is not shown as the new one's word."""
    from summarizer_eval.claims.rules import RulesChecker

    list(StoredClaims(tmp_path, 1)([document(1)]))
    monkeypatch.setattr(RulesChecker, "version", "next")
    list(StoredClaims(tmp_path, 1)([document(1)]))
    assert len(checks) == 2


@pytest.mark.parametrize("content", [b"", b"{", b'{"schema": 9}\n', b"\xff\n[]\nnull\n", None])
def test_a_file_that_is_not_ours_is_written_anew(tmp_path: Path, content: bytes | None) -> None:
    """Torn and foreign lines, or a folder in the file's place, are no reason to fail."""
    path = tmp_path / STORED_FILE
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    assert len(list(StoredClaims(tmp_path, 2)([document(1), document(2)]))) == 2
    if content is not None:
        rows = [json.loads(line) for line in path.read_bytes().splitlines()]
        assert [row["document"] for row in rows] == [document(1).id, document(2).id]
    assert [path.name for path in tmp_path.iterdir()] == [STORED_FILE]


def test_processes_give_the_same_claims_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large reports share the work; the order stays that of the documents."""
    documents = [document(number, source=f"第{number}号日处理12万吨。") for number in range(80)]
    alone = list(StoredClaims(tmp_path / "none", 80)(documents))
    monkeypatch.setattr(stored, "_SERIAL_BELOW", 1)
    assert list(StoredClaims(tmp_path, 80)(documents)) == alone
