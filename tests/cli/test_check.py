"""The gate as a CI owner meets it: suites, baselines, exit codes and outputs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "archive"

SUITE = """
[suite.main]
documents = ["archive"]
prompts = ["prompts/mine.j2"]
models = ["extractive:lead"]

[suite.main.gate.collapse]

[suite.main.gate.margins]
rouge1 = 0.2
length_ratio = 0.2
"""
PROMPT = "---\nname: mine\nlanguage: zh\n---\n{{ source }}\n"


def summarizer(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "summarizer", *arguments], cwd=cwd, capture_output=True, text=True,
        timeout=120, check=False, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a suite and an accepted baseline."""
    shutil.copytree(EXAMPLES, tmp_path / "archive")
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/mine.j2").write_text(PROMPT, encoding="utf-8")
    (tmp_path / "summarizer.toml").write_text(SUITE, encoding="utf-8")
    done = summarizer("accept", "-q", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


BASELINE = "eval/baselines/main/mine@lead.json"


def make_worse(project: Path) -> None:
    """Turn the pinned summaries into ones that the embedded model cannot reach."""
    path = project / BASELINE
    row = json.loads(path.read_text(encoding="utf-8"))
    for entry in row["documents"].values():
        entry["scores"]["rouge1"] = 0.99 if entry["scores"]["rouge1"] is not None else None
    path.write_text(json.dumps(row), encoding="utf-8")


def test_an_unchanged_project_passes(project: Path) -> None:
    """The same prompt and model against their own baseline: exit 0."""
    done = summarizer("check", "-q", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "main/mine@lead: PASS" in done.stdout


def test_a_drop_is_exit_1_with_its_reason(project: Path) -> None:
    """A regression names metric, difference and the worst documents."""
    make_worse(project)
    done = summarizer("check", "--json", cwd=project)
    [result] = json.loads(done.stdout)["results"]
    assert (done.returncode, result["outcome"]) == (1, "regress")
    assert "rouge1 changed by -" in result["reasons"][0]
    assert result["worst"][0]["metric"] == "rouge1"


def test_output_is_deterministic_and_for_machines(project: Path) -> None:
    """JUnit parses, GitHub gets an annotation on the prompt's file and a step summary."""
    make_worse(project)
    first = summarizer("check", "--output-format", "junit", cwd=project)
    again = summarizer("check", "--output-format", "junit", cwd=project)
    assert first.stdout == again.stdout
    suite = ElementTree.fromstring(first.stdout).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert [case.get("name") for case in suite] == ["rouge1", "length_ratio", "limits"]
    summary = project / "step.md"
    github = summarizer("check", "--output-format", "github", cwd=project,
                        GITHUB_STEP_SUMMARY=str(summary))  # fmt: skip
    assert github.returncode == 1
    assert github.stdout.startswith(
        "::error file=prompts/mine.j2,title=main/mine@lead%3A regress::rouge1 changed by"
    )
    text = summary.read_text(encoding="utf-8")
    assert text == summarizer("check", "--output-format", "markdown", cwd=project).stdout
    assert "❌ regress" in text
    assert "<details><summary>" in text


def test_inconclusive_is_exit_5(project: Path) -> None:
    """Where the sources are too few the gate says so; it can be told to let that pass."""
    path = project / BASELINE
    row = json.loads(path.read_text(encoding="utf-8"))
    for number, entry in enumerate(row["documents"].values()):
        old = entry["scores"]["rouge1"]
        if old is not None:
            entry["scores"]["rouge1"] = old + (0.9 if number % 2 else -0.9)
    path.write_text(json.dumps(row), encoding="utf-8")
    assert summarizer("check", "-q", cwd=project).returncode == 5
    assert summarizer("check", "-q", "--inconclusive", "pass", cwd=project).returncode == 0


def test_a_missing_baseline_names_the_command(project: Path) -> None:
    """Exit 3, and what to do."""
    (project / BASELINE).unlink()
    done = summarizer("check", "-q", cwd=project)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "summarizer accept --suite main" in done.stderr


def test_many_changed_documents_are_refused(project: Path) -> None:
    """More than a fifth changed is exit 3 that says what changed; fewer are reported."""
    files = sorted((project / "archive").rglob("*.md"))
    target = next(path for path in files if path.name == "StageHand.md")
    target.write_text(
        target.read_text(encoding="utf-8").replace("A planner", "One planner"), encoding="utf-8"
    )
    few = summarizer("check", "--json", cwd=project)
    [result] = json.loads(few.stdout)["results"]
    assert (few.returncode, result["changed"]) == (0, ["archive/2025-05-07/StageHand.md"])
    for path in files:
        path.write_text(
            path.read_text(encoding="utf-8").replace("## 原始摘要\n", "## 原始摘要\n\n另，"),
            encoding="utf-8",
        )
    many = summarizer("check", "-q", cwd=project)
    assert many.returncode == 3
    assert "documents changed (the text of" in many.stderr


def test_an_older_scorer_is_no_obstacle(project: Path) -> None:
    """Unlike signatures: the baseline's summaries are scored anew; without them exit 3."""
    path = project / BASELINE
    text = path.read_text(encoding="utf-8").replace("tok:cjk.1", "tok:cjk.0")
    path.write_text(text, encoding="utf-8")
    done = summarizer("check", "--json", cwd=project)
    [result] = json.loads(done.stdout)["results"]
    assert (done.returncode, result["rescored"], result["outcome"]) == (0, True, "pass")
    assert all(item["difference"] == pytest.approx(0) for item in result["metrics"])
    path.with_name("mine@lead.summaries.jsonl").unlink()
    assert summarizer("check", "-q", cwd=project).returncode == 3


def test_accept_needs_a_reason_for_a_regression(project: Path) -> None:
    """A worse run and looser limits are refused without one; the first baseline is the anchor."""
    make_worse(project)
    refused = summarizer("accept", "-q", cwd=project)
    assert (refused.returncode, "--allow-regression" in refused.stderr) == (3, True)
    config = project / "summarizer.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("rouge1 = 0.2", "rouge1 = 0.9"),
        encoding="utf-8",
    )
    looser = summarizer("accept", "-q", cwd=project)
    assert "the margin of rouge1 grows from 0.2 to 0.9" in looser.stderr
    done = summarizer("accept", "-q", "--allow-regression", "--reason", "shorter", cwd=project)
    assert done.returncode == 0, done.stderr
    row = json.loads((project / BASELINE).read_text(encoding="utf-8"))
    assert [entry["reason"] for entry in row["history"]] == ["shorter"]


def test_a_wanted_regression_is_accepted_for_good(project: Path) -> None:
    """After `--allow-regression --reason` the next check passes: the anchor has moved too."""
    prompt = project / "prompts/mine.j2"
    short = PROMPT.replace("language: zh", "language: zh\nlength: {target: 20, unit: chars}")
    prompt.write_text(short, encoding="utf-8")
    assert summarizer("check", "-q", cwd=project).returncode == 1
    assert summarizer("accept", "-q", cwd=project).returncode == 3
    wanted = ("accept", "-q", "--allow-regression", "--reason", "shorter on purpose")
    assert summarizer(*wanted, cwd=project).returncode == 0
    again = summarizer("check", "-q", cwd=project)
    assert again.returncode == 0, again.stdout


def test_the_anchor_sees_losses_add_up(project: Path) -> None:
    """A run as good as the last baseline but far below the first one regresses."""
    config = project / "summarizer.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("extractive:lead", "extractive:lexrank"), encoding="utf-8")
    for name in ("mine@lead.json", "mine@lead.summaries.jsonl"):
        old = project / "eval/baselines/main" / name
        old.rename(old.with_name(name.replace("lead", "lexrank")))
    done = summarizer("accept", "-q", "--allow-regression", "--reason", "model", cwd=project)
    assert done.returncode == 0, done.stderr
    anchor = project / "eval/baselines/main/mine@lexrank.anchor.json"
    assert anchor.is_file()
    assert summarizer("check", "-q", cwd=project).returncode == 0
    row = json.loads(anchor.read_text(encoding="utf-8"))
    for entry in row["documents"].values():
        entry["scores"]["rouge1"] = 0.99 if entry["scores"]["rouge1"] is not None else None
    anchor.write_text(json.dumps(row), encoding="utf-8")
    done = summarizer("check", "-q", cwd=project)
    assert (done.returncode, "the anchor" in done.stdout) == (1, True)


def test_a_run_is_held_against_a_file_or_another_run(project: Path) -> None:
    """`check RUN --baseline` needs no suite."""
    run = ".summarizer/main/mine@lead"
    assert summarizer("check", run, "--baseline", BASELINE, cwd=project).returncode == 0
    assert summarizer("check", run, "--baseline", run, cwd=project).returncode == 0
    assert summarizer("accept", run, "--baseline", "base.json", cwd=project).returncode == 0
    assert (project / "base.summaries.jsonl").is_file()
    assert summarizer("check", run, cwd=project).returncode == 2


def test_a_prompt_that_was_not_recorded_names_the_command(project: Path) -> None:
    """Offline, a changed prompt is exit 3 and says how to record it."""
    config = project / "summarizer.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("extractive:lead", "openai:nothing"), encoding="utf-8")
    for name in ("mine@lead.json", "mine@lead.summaries.jsonl"):
        old = project / "eval/baselines/main" / name
        old.rename(old.with_name(name.replace("lead", "nothing")))
    (project / "eval/suites").mkdir()
    (project / "eval/suites/main.replies.jsonl").write_text(
        '{"schema":1,"document":"x","prompt":"mine","messages_sha256":"00","model":"nothing",'
        '"params":null,"sample":0,"reply":"x"}\n',
        encoding="utf-8",
    )
    done = summarizer("check", "-q", "--offline", cwd=project)
    assert done.returncode == 3
    assert "summarizer record main" in done.stderr


def test_a_prompt_is_compared_with_its_merge_base(project: Path) -> None:
    """`--against-ref` needs no baseline file: the old template comes from git."""

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=project, check=True,
                       capture_output=True)  # fmt: skip

    shutil.rmtree(project / "eval")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "first")
    (project / "prompts/mine.j2").write_text(PROMPT + "请写短些。\n", encoding="utf-8")
    done = summarizer("check", "-q", "--against-ref", "main", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "main/mine@lead: PASS" in done.stdout
    wrong = summarizer("check", "-q", "--against-ref", "nowhere", cwd=project)
    assert (wrong.returncode, "git knows no such ref" in wrong.stderr) == (3, True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("nonsense = 1\n", "there is no setting 'nonsense'"),
        ("params = {api_key = 'x'}\n", "parameter api_key cannot be set here"),
        ("params = {access_token = 'x'}\n", "parameter access_token looks like a secret"),
        ("params = 3\n", "is no table"),
        ("samples = 'x'\n", "is no whole number"),
        ("max_changed = 7\n", "is no share"),
    ],
)
def test_a_broken_suite_is_named(project: Path, change: str, message: str) -> None:
    """What no suite may hold is exit 3, with the place."""
    config = project / "summarizer.toml"
    text = SUITE.replace("documents =", change + "documents =")
    config.write_text(text, encoding="utf-8")
    done = summarizer("check", cwd=project)
    assert (done.returncode, message in done.stderr) == (3, True)


def test_init_writes_a_suite_that_loads(tmp_path: Path) -> None:
    """The written file is TOML that `check` reads; an existing one stays."""
    shutil.copytree(EXAMPLES, tmp_path / "archive")
    assert summarizer("init", "archive", cwd=tmp_path).returncode == 0
    assert summarizer("init", "archive", cwd=tmp_path).returncode == 3
    done = summarizer("check", cwd=tmp_path)
    assert (done.returncode, "there is no baseline yet" in done.stderr) == (3, True)
