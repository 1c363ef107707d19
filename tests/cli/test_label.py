"""Blind labels: written at once, resumable, and held against the metrics."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scipy import stats

from summarizer.errors import InputError
from summarizer.run import Run
from summarizer_eval.labels import Label, agreement, read_labels, win_share
from summarizer_eval.scoring import score

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "archive"


def summarizer(*arguments: str, cwd: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "summarizer", *arguments],
        cwd=cwd, input=given, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two runs of the embedded models on the sample archive."""
    shutil.copytree(EXAMPLES, tmp_path / "archive")
    for name in ("lead", "lexrank"):
        done = summarizer("regenerate", "archive", "--prompt", "brief_zh", "-q", "--model",
                          f"extractive:{name}", "--out", name, cwd=tmp_path)  # fmt: skip
        assert done.returncode == 0, done.stderr
    return tmp_path


def test_labels_are_kept_and_resumed(runs: Path) -> None:
    """q stops; the next call asks only what is open; nothing names the runs on screen."""
    first = summarizer("label", "lead", "lexrank", cwd=runs, given="1\nt\nq\n")
    assert first.returncode == 0, first.stderr
    assert "lexrank" not in first.stdout
    kept = (runs / "labels.jsonl").read_bytes()
    assert len(kept.splitlines()) == 2
    summarizer("label", "lead", "lexrank", cwd=runs, given="x\no\n2\n" + "s\n" * 50)
    assert (runs / "labels.jsonl").read_bytes().startswith(kept)
    labels = read_labels(runs / "labels.jsonl")
    assert len({label.document for label in labels}) == 3
    assert {label.choice for label in labels} >= {"tie"}


def test_the_side_does_not_decide(runs: Path) -> None:
    """Always choosing the first one shown prefers each run sometimes, as sides are shuffled."""
    summarizer("label", "lead", "lexrank", cwd=runs, given="1\n" * 50)
    labels = read_labels(runs / "labels.jsonl")
    assert all(label.choice == label.left for label in labels)
    wins, ties, losses = win_share(labels, "lexrank")
    assert (ties, wins > 0, losses > 0, wins + losses) == (0, True, True, len(labels))


def test_agreement_is_accuracy_and_kendalls_tau(runs: Path) -> None:
    """Labels made of ROUGE-1 agree fully with it; others as scipy says."""
    first, second = score([runs / "lead", runs / "lexrank"])
    ours = {row.document_id: row.values["rouge1"].value for row in first.rows()}
    theirs = {row.document_id: row.values["rouge1"].value for row in second.rows()}
    differences = {
        name: theirs[name] - value  # type: ignore[operator]
        for name, value in ours.items()
        if value is not None and theirs.get(name) is not None and theirs[name] != value
    }
    labels = [
        Label(name, "lead", "lexrank", "b" if difference > 0 else "a", "a")
        for name, difference in differences.items()
    ]
    found = {item.metric: item for item in agreement(labels, first, second)}
    assert (found["rouge1"].accuracy, found["rouge1"].n) == (1.0, len(labels))
    labels = [Label(labels[0].document, "lead", "lexrank", "tie", "a"), *labels[1:]]
    signs = [0, *(1 if value > 0 else -1 for value in list(differences.values())[1:])]
    expected = stats.kendalltau(list(differences.values()), signs).statistic
    found = {item.metric: item for item in agreement(labels, first, second)}
    assert found["rouge1"].tau == pytest.approx(expected)
    with pytest.raises(InputError, match="no label is of"):
        agreement([Label("x", "p", "q", "a", "a")], first, second)
    assert Run.open(runs / "lead").name == "lead"


def test_compare_reports_agreement(runs: Path) -> None:
    """`compare --labels` prints preference and agreement; a broken line is named."""
    summarizer("label", "lead", "lexrank", cwd=runs, given="1\n" * 50)
    done = summarizer("compare", "lead", "lexrank", "--labels", "labels.jsonl", cwd=runs)
    assert (done.returncode, "People preferred lexrank" in done.stdout) == (0, True)
    machine = summarizer("compare", "lead", "lexrank", "--labels", "labels.jsonl", "--json",
                         cwd=runs)  # fmt: skip
    [entry] = json.loads(machine.stdout)["labels"]
    assert {"rouge1", "faithfulness"} <= {item["metric"] for item in entry["metrics"]}
    (runs / "bad.jsonl").write_text('{"document": "x"}\n', encoding="utf-8")
    wrong = summarizer("compare", "lead", "lexrank", "--labels", "bad.jsonl", cwd=runs)
    assert (wrong.returncode, "bad.jsonl:1: is no label" in wrong.stderr) == (3, True)
