"""The run directory: what is effective, what is torn, and what is no run of ours."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from summarizer.document import Document, sha256_text
from summarizer.errors import RunError
from summarizer.generation import Generation
from summarizer.jsonlines import dump_line
from summarizer.run import PlannedDocument, Run, open_runs, write_documents, write_json

INFO = {"schema": 1, "prompt": {"name": "brief_zh"}, "model": {"spec": "replay:x", "name": "m"}}


def document(name: str) -> Document:
    return Document(
        id=name,
        path=name,
        url=None,
        title=name,
        metadata={},
        source="",
        source_text=f"text of {name}",
        stored_summary="s",
        source_sha256=sha256_text(name),
        summary_sha256=sha256_text("s"),
    )


def generation(key: str, summary: str) -> Generation:
    return Generation(
        key=key,
        document="a",
        text_sha256="",
        prompt="brief_zh",
        prompt_sha256="",
        model="m",
        endpoint="replay",
        params={},
        sample=0,
        reply={"text": summary},
        summary=summary,
        status="ok",
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of two documents; both ask the same request, and a second one has no answer yet."""
    path = tmp_path / "run"
    path.mkdir()
    write_json(path / "run.json", INFO)
    planned = [
        PlannedDocument(document("a"), ("k1",)),
        PlannedDocument(document("b"), ("k1", "k2")),
    ]
    write_documents(path, planned)
    return path


def write_generations(folder: Path, *generations: Generation, tail: bytes = b"") -> None:
    lines = b"".join(dump_line(item.to_json()) for item in generations)
    (folder / "generations.jsonl").write_bytes(lines + tail)


def test_the_last_line_of_a_key_is_effective(folder: Path) -> None:
    """Older lines stay in the file and are invisible; an equal request serves both documents."""
    write_generations(
        folder, generation("k1", "old"), generation("gone", "x"), generation("k1", "new")
    )
    results = list(Run.open(folder).results())
    assert [(found.id, made and made.summary) for found, made in results] == [
        ("a", "new"),
        ("b", "new"),
        ("b", None),
    ]
    assert [made.document for _, made in results if made] == ["a", "b"]


def test_a_torn_last_line_is_passed_over(folder: Path) -> None:
    """A crash in the middle of a write hides no earlier line."""
    torn = dump_line(generation("k2", "half").to_json())[:-20]
    write_generations(folder, generation("k1", "whole"), tail=torn)
    assert [made.summary for made in Run.open(folder).generations()] == ["whole", "whole"]


def test_a_run_without_generations_has_none(folder: Path) -> None:
    """A run that was killed before its first reply can be read."""
    assert list(Run.open(folder).generations()) == []
    assert len(list(Run.open(folder).results())) == 3


def test_a_generation_comes_back_from_its_row() -> None:
    """Every field survives the line."""
    made = replace(generation("k", "摘要"), cleanup=("code-fence",), latency_s=0.2)
    assert Generation.from_json(json.loads(dump_line(made.to_json()))) == made


def test_what_is_no_run_is_refused_by_name(tmp_path: Path) -> None:
    """Absent folders, other folders and newer schemas each have their own sentence."""
    with pytest.raises(RunError, match="no such run directory"):
        Run.open(tmp_path / "absent")
    with pytest.raises(RunError, match="is not a run"):
        Run.open(tmp_path)
    write_json(tmp_path / "run.json", {**INFO, "schema": 99})
    with pytest.raises(RunError, match="newer version"):
        Run.open(tmp_path)


def test_a_matrix_stands_for_its_runs(folder: Path) -> None:
    """Every RUN argument accepts a matrix."""
    write_json(folder.parent / "matrix.json", {"schema": 1, "runs": [{"dir": "run"}]})
    assert [run.path for run in open_runs([folder.parent])] == [folder]
