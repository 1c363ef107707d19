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
    assert out.count("p permuted") == 3
    worst = out[out.index("rouge1 worst:") :].splitlines()
    assert [line[:6] for line in worst[1:3]] == ["    - ", "    + "]
    ranks = out[out.index("rank, shared") :].splitlines()
    assert len([line for line in ranks if "@" in line]) == 4


def test_markdown(matrix: str, capfd: Any) -> None:
    """Rows of one width, nothing live in them."""
    assert run(["compare", matrix, "--markdown"]) == 0
    out = capfd.readouterr().out
    assert "| rank, shared" in out
    assert "@\u200b" in out
    assert "`" not in out
    assert "| beside it | p | p permuted |" in out
    assert "| document | baseline | candidate |" in out


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


def test_sources_for_a_given_difference(matrix: str, capfd: Any) -> None:
    """`--effect` for all metrics or one; what is no number is a usage error."""
    assert run(["compare", matrix, "--effect", "0.05", "--effect", "rouge1=0.1", "--json"]) == 0
    metrics = json.loads(capfd.readouterr().out)["candidates"][0]["metrics"]
    assert (metrics["rougeL"]["effect"], metrics["rouge1"]["effect"]) == (0.05, 0.1)
    assert metrics["rougeL"]["needed_for_effect"] > 1
    assert run(["compare", matrix, "--effect", "0.05"]) == 0
    assert "needed for" in capfd.readouterr().out
    for wrong in ("x", "rouge1=x", "0"):
        assert run(["compare", matrix, "--effect", wrong]) == 2
    assert run(["compare", matrix, "--effect", "rogue1=1"]) == 3
    assert "no metric is called 'rogue1'" in capfd.readouterr().err


def test_samples_tell_noise_from_effect(tmp_path: Path, capfd: Any) -> None:
    """With several samples a document: their deviation, and its share of what varies."""
    archive = Path(__file__).resolve().parents[2] / "examples" / "archive"
    for name in ("lead", "lexrank"):
        assert run(["regenerate", str(archive), "--prompt", "brief_zh", "--samples", "2", "--model",
                    f"extractive:{name}", "--out", str(tmp_path / name), "-q"]) == 0  # fmt: skip
    assert run(["compare", str(tmp_path / "lead"), str(tmp_path / "lexrank")]) == 0
    out = capfd.readouterr().out
    assert "model noise" in out
    assert "0.0000 (0%)" in out


def test_a_run_that_says_nothing_is_not_left_out_in_silence(tmp_path: Path, capfd: Any) -> None:
    """A metric without a document in both runs is named: it would be missing from the table."""
    archive = Path(__file__).resolve().parents[2] / "examples" / "archive"
    summaries = tmp_path / "empty.jsonl"
    names = [path.relative_to(archive).as_posix() for path in sorted(archive.glob("2*/*.md"))]
    lines = [json.dumps({"path": name, "summary": "值得一读。"}) for name in names]
    summaries.write_text("\n".join(lines), encoding="utf-8")
    out = str(tmp_path / "empty")
    assert run(["import", str(summaries), "--documents", str(archive), "--out", out]) in (0, 4)
    lead = str(tmp_path / "lead")
    assert run(["regenerate", str(archive), "--prompt", "brief_zh", "--model", "extractive:lead",
                "--out", lead, "-q"]) == 0  # fmt: skip
    capfd.readouterr()
    for form in ((), ("--markdown",)):
        assert run(["compare", lead, out, *form]) == 0
        [line] = [
            line for line in capfd.readouterr().out.splitlines() if line.startswith("No document")
        ]
        assert "faithfulness" in line
