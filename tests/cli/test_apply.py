"""``summarizer apply``, ``audit`` and ``import`` as a user meets them."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "archive"


def summarizer(*arguments: str, cwd: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "summarizer", *arguments],
        cwd=cwd, input=given, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.md")}


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """A copy of the sample archive, and a run of two of its documents."""
    shutil.copytree(EXAMPLES, tmp_path / "archive")
    rows = [
        {"path": "2025-05-06/TideBench.md",
         "summary": "论文提出TideBench基准，含1,240个问题，来自310份市政会议记录。"},
        {"path": "2025-05-06/青鸾机器人夜间送药.md",
         "summary": "湖州第四医院启用了99台配送机器人。"},
    ]  # fmt: skip
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (tmp_path / "theirs.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = summarizer("import", "theirs.jsonl", "--documents", "archive", "--out", "run",
                      cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "2 documents imported into run" in done.stderr
    return tmp_path


def test_import_names_a_line_without_document(workshop: Path) -> None:
    """A line that names no document of the archive is an error that names the line."""
    (workshop / "bad.jsonl").write_text('{"id": "nowhere.md", "summary": "x"}\n', encoding="utf-8")
    done = summarizer("import", "bad.jsonl", "--documents", "archive", "--out", "other",
                      cwd=workshop)  # fmt: skip
    assert done.returncode == 3
    assert "bad.jsonl:1: 'nowhere.md' is no document of the archive" in done.stderr
    assert not (workshop / "other").exists()


def test_import_brings_a_run_up_to_date(workshop: Path) -> None:
    """Importing again into the same run takes the changed lines."""
    text = (workshop / "theirs.jsonl").read_text(encoding="utf-8").replace("99台", "12台")
    (workshop / "theirs.jsonl").write_text(text, encoding="utf-8")
    done = summarizer("import", "theirs.jsonl", "--documents", "archive", "--out", "run",
                      cwd=workshop)  # fmt: skip
    assert done.returncode == 0, done.stderr
    summarizer("apply", "run", "--in-place", "--all", cwd=workshop)
    path = workshop / "archive/2025-05-06/青鸾机器人夜间送药.md"
    assert "启用了12台配送机器人" in path.read_text(encoding="utf-8")


def test_a_dry_run_prints_a_diff_that_git_applies(workshop: Path) -> None:
    """The diff changes nothing, and applied by git it gives what `apply` gives."""
    before = contents(workshop / "archive")
    dry = summarizer("apply", "run", "--in-place", "--dry-run", "--all", cwd=workshop)
    assert (dry.returncode, contents(workshop / "archive")) == (0, before)
    assert "2 would be written" in dry.stderr
    subprocess.run(["git", "init", "-q", "."], cwd=workshop / "archive", check=True)
    patch = dry.stdout.replace("a/archive/", "a/")
    done = subprocess.run(["git", "apply", "-p1"], cwd=workshop / "archive", input=patch,
                          text=True, check=False, capture_output=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    by_git = contents(workshop / "archive")
    shutil.rmtree(workshop / "archive")
    shutil.copytree(EXAMPLES, workshop / "archive")
    assert summarizer("apply", "run", "--in-place", "--all", cwd=workshop).returncode == 0
    assert contents(workshop / "archive") == by_git != before
    assert summarizer("apply", "run", "--undo", cwd=workshop).returncode == 0
    assert contents(workshop / "archive") == before


def test_conditions_choose(workshop: Path) -> None:
    """`--when` writes only what holds it, and says why the rest was skipped."""
    done = summarizer("apply", "run", "--in-place", "--json",
                      "--when", "faithfulness >= 0.99 and length >= 10", cwd=workshop)  # fmt: skip
    rows = {row["id"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert {name: row["action"] for name, row in rows.items()} == {
        "2025-05-06/TideBench.md": "written",
        "2025-05-06/青鸾机器人夜间送药.md": "skipped",
    }
    reason = rows["2025-05-06/青鸾机器人夜间送药.md"]["reason"]
    assert "faithfulness" in reason or "contradicted" in reason


@pytest.mark.parametrize("condition", ["faithfulness", "rouge1 > stored", "nothing > 1"])
def test_a_bad_condition_is_an_error(workshop: Path, condition: str) -> None:
    """What is no condition is exit 3, before anything is written."""
    before = contents(workshop / "archive")
    done = summarizer("apply", "run", "--in-place", "--when", condition, cwd=workshop)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert contents(workshop / "archive") == before


def test_nothing_chosen_is_no_success(workshop: Path) -> None:
    """Where every summary is skipped the command is exit 3."""
    done = summarizer("apply", "run", "--in-place", "--when", "length > 9999", cwd=workshop)
    assert done.returncode == 3
    assert "no summary was chosen to be written" in done.stderr


def test_people_decide(workshop: Path) -> None:
    """A decisions file outranks the rules; what it does not name stays."""
    (workshop / "decisions.jsonl").write_text(
        '{"id": "2025-05-06/青鸾机器人夜间送药.md", "decision": "apply"}\n'
        '{"document": "2025-05-06/TideBench.md", "a": "run", "b": "other", "choice": "b"}\n',
        encoding="utf-8",
    )
    done = summarizer("apply", "run", "--in-place", "--decisions", "decisions.jsonl", "--json",
                      cwd=workshop)  # fmt: skip
    rows = {row["id"]: row["action"] for row in map(json.loads, done.stdout.splitlines())}
    assert rows == {
        "2025-05-06/TideBench.md": "skipped",
        "2025-05-06/青鸾机器人夜间送药.md": "written",
    }


def test_interactive_asks_for_each(workshop: Path) -> None:
    """d shows the diff, n keeps, y writes, and q ends without the rest."""
    before = contents(workshop / "archive")
    done = summarizer("apply", "run", "--in-place", "--all", "-i", cwd=workshop, given="d\ny\nq\n")
    assert done.returncode == 0, done.stderr
    assert "+++ b/" in done.stdout
    now = contents(workshop / "archive")
    assert [name for name in before if before[name] != now[name]] == ["2025-05-06/TideBench.md"]


def test_the_best_of_a_matrix(workshop: Path) -> None:
    """`--best` takes for each document the run with the better value."""
    done = summarizer("regenerate", "archive", "--select", "path:*TideBench*,path:*青鸾*",
                      "--prompt", "brief_zh", "--model", "extractive:lead,extractive:lexrank",
                      "--out", "matrix", "-q", cwd=workshop)  # fmt: skip
    assert done.returncode == 0, done.stderr
    ambiguous = summarizer("apply", "matrix", "--in-place", cwd=workshop)
    assert (ambiguous.returncode, "is a matrix of 2 runs" in ambiguous.stderr) == (3, True)
    best = summarizer("apply", "matrix", "--dry-run", "--all", "--best", "rouge1", "--json",
                      cwd=workshop)  # fmt: skip
    chosen = {row["id"]: row["run"] for row in map(json.loads, best.stdout.splitlines())}
    values: dict[str, list[tuple[float, str]]] = {}
    for path in (workshop / "matrix").glob("*/scores.jsonl"):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if row["values"].get("rouge1") is not None:
                entry = (row["values"]["rouge1"], path.parent.name)
                values.setdefault(row["document"], []).append(entry)
    assert values != {}
    for name, found in values.items():
        assert max(found)[0] == next(v for v, run in found if run == chosen[name])


def test_audit_shows_the_worst_first(workshop: Path) -> None:
    """JSON rows come worst first, and chosen ids go straight into another command."""
    done = summarizer("audit", "archive", "--json", "--worst", "3", cwd=workshop)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    badness = [row["badness"] for row in rows]
    assert (done.returncode, len(rows), badness) == (0, 3, sorted(badness, reverse=True))
    assert set(rows[0]) == {
        "id", "path", "url", "source_key", "problems", "metrics", "claims", "badness", "reasons",
    }  # fmt: skip
    again = summarizer("docs", "archive", "--select", "-", "--json", cwd=workshop,
                       given=done.stdout)  # fmt: skip
    assert sorted(json.loads(line)["id"] for line in again.stdout.splitlines()) == sorted(
        row["id"] for row in rows
    )


def test_audit_sees_problems_and_wrong_claims(workshop: Path) -> None:
    """A summary with a wrong number stands before a right one, and the claim is the reason."""
    path = workshop / "archive/2025-05-08/TideBench.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("310份", "917份"), encoding="utf-8")
    done = summarizer("audit", "archive", "--json", cwd=workshop)
    rows = {row["id"]: row for row in map(json.loads, done.stdout.splitlines())}
    wrong, right = rows["2025-05-08/TideBench.md"], rows["2025-05-06/TideBench.md"]
    assert wrong["badness"] > right["badness"]
    assert any("917" in reason for reason in wrong["reasons"])


def test_audit_writes_csv_that_is_no_formula(workshop: Path) -> None:
    """Cells of documents that begin as a formula does are quoted for spreadsheets."""
    path = workshop / "archive/2025-05-06/TideBench.md"
    path.rename(path.with_name("=cmd.md"))
    done = summarizer("audit", "archive/2025-05-06/=cmd.md", "--root", "archive/2025-05-06",
                      "--csv", cwd=workshop)  # fmt: skip
    [row] = csv.DictReader(io.StringIO(done.stdout))
    assert (row["id"], row["path"]) == ("'=cmd.md", "'=cmd.md")
    assert 0 <= float(row["badness"]) <= 1
