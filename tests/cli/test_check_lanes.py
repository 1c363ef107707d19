"""Live and recorded checks, samples, and what CI systems are told."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.chat_server import ChatServer, completion, serve

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "archive"
SUITE = """
[suite.main]
documents = ["archive"]
prompts = ["prompts/mine.j2"]
models = ["openai:m"]

[suite.main.gate]
collapse = {}
margins = {length_ratio = 0.2, rouge1 = 0.3}
"""
PROMPT = "---\nname: mine\nlanguage: zh\n---\n{{ source }}\n"
SHORTER = PROMPT + "短\n"


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """The beginning of the source; only a little of it where the prompt asks for less."""
    text = body["messages"][-1]["content"]
    return completion(text[:5] if text.rstrip().endswith("短") else text[:150])


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serve(ChatServer(answer=answer)) as running:
        yield running


def summarizer(
    *arguments: str, cwd: Path, url: str = "http://127.0.0.1:9/v1", **more: str
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OPENAI_BASE_URL": url, "XDG_CACHE_HOME": str(cwd / "cache")}
    return subprocess.run(
        [sys.executable, "-m", "summarizer", *arguments], cwd=cwd, capture_output=True, text=True,
        timeout=120, check=False, env={**environment, **more},
    )  # fmt: skip


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, server: ChatServer) -> Path:
    """A repository whose suite asks a server, with a baseline and recorded replies."""
    shutil.copytree(EXAMPLES, tmp_path / "archive")
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/mine.j2").write_text(PROMPT, encoding="utf-8")
    (tmp_path / "summarizer.toml").write_text(SUITE, encoding="utf-8")
    (tmp_path / ".gitignore").write_text("cache/\n", encoding="utf-8")
    for command in (("accept",), ("record", "main")):
        done = summarizer(*command, "-q", cwd=tmp_path, url=server.url)
        assert done.returncode == 0, done.stderr
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def forget(project: Path) -> None:
    """As on another machine: no runs, no cache."""
    for name in (".summarizer", "cache"):
        shutil.rmtree(project / name, ignore_errors=True)


def test_recorded_replies_need_no_server(project: Path) -> None:
    """Offline with neither key, server nor cache; the same bytes each time."""
    forget(project)
    first = summarizer("check", "--offline", "--output-format", "markdown", cwd=project)
    assert first.returncode == 0, first.stderr
    forget(project)
    again = summarizer("check", "--offline", "--output-format", "markdown", cwd=project)
    assert again.stdout == first.stdout
    (project / "eval/suites/main.replies.jsonl").unlink()
    none = summarizer("check", "--offline", cwd=project)
    assert (none.returncode, "summarizer record main" in none.stderr) == (3, True)


def test_both_sides_of_a_branch_are_recorded(project: Path, server: ChatServer) -> None:
    """`--offline --against-ref`: each side is answered by the replies of its own commit."""
    (project / "prompts/mine.j2").write_text(SHORTER, encoding="utf-8")
    missing = summarizer("check", "-q", "--offline", "--against-ref", "main", cwd=project)
    assert (missing.returncode, "summarizer record main" in missing.stderr) == (3, True)
    assert summarizer("record", "main", "-q", cwd=project, url=server.url).returncode == 0
    forget(project)
    done = summarizer("check", "-q", "--offline", "--against-ref", "main", "--json", cwd=project)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["outcome"] == "regress"


def test_cached_replies_are_reused(project: Path, server: ChatServer) -> None:
    """A changed prompt asks anew for its own side alone: the merge base's replies are cached."""
    asked = len(server.requests)
    (project / "prompts/mine.j2").write_text(SHORTER, encoding="utf-8")
    first = summarizer("check", "-q", "--against-ref", "main", cwd=project, url=server.url)
    assert first.returncode == 1, first.stderr
    assert len(server.requests) == 2 * asked
    shutil.rmtree(project / ".summarizer")
    again = summarizer("check", "-q", "--against-ref", "main", cwd=project, url=server.url)
    assert (again.stdout, len(server.requests)) == (first.stdout, 2 * asked)


def test_samples_tell_noise_from_effect(project: Path, server: ChatServer) -> None:
    """`--samples` goes before the suite's number; the model's own noise is told."""
    done = summarizer("check", "--samples", "2", "--json", cwd=project, url=server.url)
    [result] = json.loads(done.stdout)["results"]
    assert (done.returncode, set(result["noise"])) == (0, {"length_ratio", "rouge1"})
    assert result["noise"]["rouge1"]["deviation"] == 0
    text = summarizer("check", "--samples", "2", cwd=project, url=server.url).stdout
    assert "model noise between samples of one document: " in text


def test_one_check_writes_several_formats(project: Path) -> None:
    """FORMAT=FILE repeats beside what is printed; two printed ones and unknown ones are usage."""
    (project / "prompts/mine.j2").write_text(PROMPT, encoding="utf-8")
    done = summarizer(
        "check", "--offline", "--output-format", "junit=out/x.xml", "--output-format",
        "markdown=out/comment.md", "--output-format", "json=out/all.json", cwd=project,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("main/mine@m: PASS")
    assert ElementTree.parse(project / "out/x.xml").getroot().tag == "testsuites"
    assert (project / "out/comment.md").read_text("utf-8").startswith("## Summary quality")
    assert json.loads((project / "out/all.json").read_text("utf-8"))["outcome"] == "pass"
    twice = ("check", "--output-format", "junit", "--output-format", "markdown")
    assert summarizer(*twice, cwd=project).returncode == 2
    assert summarizer("check", "--output-format", "pdf=x", cwd=project).returncode == 2
    inside = summarizer(
        "check", "--offline", "--output-format", "junit=summarizer.toml/x", cwd=project
    )
    assert inside.returncode == 3


def test_github_is_told_the_outcome_and_the_file(project: Path, server: ChatServer) -> None:
    """In a folder of a larger repository the annotation's path begins at its top."""
    top = project / "top"
    top.mkdir()
    for name in ("archive", "prompts", "eval", "summarizer.toml"):
        shutil.move(str(project / name), str(top / name))
    (top / "prompts/mine.j2").write_text(SHORTER, encoding="utf-8")
    output = project / "output"
    done = summarizer("check", "-q", "--output-format", "github", cwd=top, url=server.url,
                      GITHUB_OUTPUT=str(output))  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=top/prompts/mine.j2,title=main/mine@m%3A regress::")
    assert output.read_text("utf-8") == "outcome=regress\n"


def test_a_baseline_without_a_variant_is_named(project: Path) -> None:
    """A variant that left the suite is no silent pass."""
    folder = project / "eval/baselines/main"
    shutil.copy(folder / "mine@m.json", folder / "gone@m.json")
    done = summarizer("check", "-q", "--offline", cwd=project)
    assert done.returncode == 0
    assert "gone@m.json: no variant of suite main has this name" in done.stderr


def test_a_metric_without_a_better_side_is_no_margin(project: Path) -> None:
    """Exit 3 with what to write instead."""
    config = project / "summarizer.toml"
    config.write_text(SUITE.replace("length_ratio", "length"), encoding="utf-8")
    done = summarizer("check", "-q", "--offline", cwd=project)
    assert (done.returncode, "'length' has no better and worse" in done.stderr) == (3, True)


def test_one_refused_variant_hides_no_other(project: Path) -> None:
    """What cannot be judged is exit 3 and told in every format; the others are still judged."""
    config = project / "summarizer.toml"
    config.write_text(SUITE + SUITE.replace("main", "second"), encoding="utf-8")
    done = summarizer(
        "check", "-q", "--offline", "--output-format", "github", "--output-format", "junit=x.xml",
        "--output-format", "json=x.json", "--output-format", "markdown=x.md", cwd=project,
    )  # fmt: skip
    assert done.returncode == 3
    assert "main/mine@m: PASS" in done.stdout
    assert done.stdout.startswith("::error file=prompts/mine.j2,title=second/mine@m%3A refused::")
    assert "summarizer accept --suite second" in done.stderr
    [suite] = ElementTree.parse(project / "x.xml").getroot()
    assert (suite.get("errors"), suite.get("failures")) == ("1", "0")
    found = json.loads((project / "x.json").read_text("utf-8"))
    assert (found["outcome"], len(found["results"])) == ("refused", 1)
    assert found["refused"][0]["name"] == "second/mine@m"
    assert "second/mine@\u200bm: ❌ refused" in (project / "x.md").read_text("utf-8")


def test_the_budget_is_for_all_variants_together(project: Path, server: ChatServer) -> None:
    """21 calls at $0.0002: $0.006 is enough for one variant, and not for two: exit 6."""
    used = {"prompt_tokens": 100, "completion_tokens": 100, "total_tokens": 200}
    server.answer = lambda body: {**answer(body), "usage": used}
    config = project / "summarizer.toml"
    one = SUITE.replace("openai:m", "openai:gpt-4.1-mini")
    one = one.replace("[suite.main]", "[suite.main]\nparams = {max_completion_tokens = 100}")
    command = ("record", "main", "-q", "--max-cost", "0.006")
    config.write_text(one, encoding="utf-8")
    enough = summarizer(*command, cwd=project, url=server.url)
    assert enough.returncode == 0, enough.stderr
    forget(project)
    (project / "prompts/other.j2").write_text(PROMPT.replace("{{", "另 {{"), encoding="utf-8")
    two = one.replace('["prompts/mine.j2"]', '["prompts/mine.j2", "prompts/other.j2"]')
    config.write_text(two, encoding="utf-8")
    assert summarizer(*command, cwd=project, url=server.url).returncode == 6


def test_a_key_press_is_enough_on_a_terminal(project: Path) -> None:
    """`label` reads 1, 2, t, s without Enter; Escape stops."""
    for name in ("lead", "lexrank"):
        done = summarizer("regenerate", "archive", "--prompt", "brief_zh", "-q", "--model",
                          f"extractive:{name}", "--out", name, cwd=project)  # fmt: skip
        assert done.returncode == 0, done.stderr
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "summarizer", "label", "lead", "lexrank"],
        cwd=project, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)
    assert child.stderr is not None
    told = child.stderr.fileno()

    def heard(wait_s: float) -> bytes:
        return os.read(told, 4096) if select.select([told], [], [], wait_s)[0] else b""

    shown = b""
    for count, key in ((1, b""), (2, b"1"), (3, b"t")):
        os.write(ours, key)
        while shown.count(b"Which is better?") < count:
            # A terminal that turns raw drops what was typed before: press again if unheard.
            more = heard(2)
            shown += more
            os.write(ours, b"" if more else key)
    while child.poll() is None:
        os.write(ours, b"\x1b")
        shown += heard(0.2)
    rest = child.communicate(timeout=60)[1]
    os.close(ours)
    assert child.returncode == 0
    assert b" labels written to labels.jsonl" in shown + rest
    choices = [json.loads(line)["choice"] for line in (project / "labels.jsonl").open("rb")]
    assert choices[0] in ("a", "b")
    assert "tie" in choices
