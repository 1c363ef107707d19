"""`compare` as a user calls it: tables, ranks, and both summaries of the telling documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from summarizer.cli.app import run


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two prompts and two embedded models on the sample archive."""
    out = tmp_path_factory.mktemp("compare") / "matrix"
    archive = Path(__file__).resolve().parents[2] / "examples" / "archive"
    code = run(["regenerate", str(archive), "--prompt", "brief_zh,short_zh", "--model",
                "extractive:lead,extractive:lexrank", "--out", str(out), "-q"])  # fmt: skip
    assert code == 0
    return str(out)


def test_tables_and_ranks(matrix: str, capfd: Any) -> None:
    """One table a candidate, and of several runs the ranks, with ties."""
    assert run(["compare", matrix]) == 0
    out = capfd.readouterr().out
    assert out.count(" against ") == 3
    assert "needed" in out
    ranks = out[out.index("rank, shared") :].splitlines()
    assert len([line for line in ranks if "@" in line]) == 4


def test_markdown(matrix: str, capfd: Any) -> None:
    """Rows of one width, nothing live in them."""
    assert run(["compare", matrix, "--markdown"]) == 0
    out = capfd.readouterr().out
    assert "| rank, shared" in out
    assert "\\@" in out
    assert "`" not in out


def test_json_has_both_summaries(matrix: str, capfd: Any) -> None:
    """As its schema says; the worst and best documents come with every run's summary."""
    assert run(["schema", "compare"]) == 0
    schema = json.loads(capfd.readouterr().out)
    assert run(["compare", matrix, "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    jsonschema.validate(found, schema)
    named = {
        entry["document"]
        for candidate in found["candidates"]
        for item in candidate["metrics"].values()
        for entry in (*item["worst"], *item["best"])
    }
    assert named
    assert set(found["summaries"]) == named
    assert all(len(summaries) == 4 for summaries in found["summaries"].values())
    assert set(found["ranks"]) == {"faithfulness", "fact_recall", "rouge1", "rougeL"}


def test_one_run_is_no_comparison(matrix: str, capfd: Any) -> None:
    """Bad input with a hint."""
    (first, *_) = sorted(Path(matrix).glob("*@*"))
    assert run(["compare", str(first)]) == 3
    assert "needs two runs" in capfd.readouterr().err
