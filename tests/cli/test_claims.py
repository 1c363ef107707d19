"""``summarizer claims`` as a user meets it, with the embedded checker."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from summarizer.cli.app import run

SOURCE = "Sales rose 26% to 1.2 million cars."
SUMMARY = "销量增长36%，达120万辆。"
COMMAND = [sys.executable, "-m", "summarizer", "claims"]


@pytest.fixture
def pair(tmp_path: Path) -> list[str]:
    (tmp_path / "source.txt").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "summary.txt").write_text(SUMMARY, encoding="utf-8")
    return ["--source", str(tmp_path / "source.txt"), "--summary", str(tmp_path / "summary.txt")]


def pairs_file(folder: Path, *rows: Any) -> str:
    path = folder / "pairs.jsonl"
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows),
        encoding="utf-8",
    )
    return str(path)


def one(name: Any, source: str = SOURCE, summary: str = SUMMARY) -> dict[str, Any]:
    return {"id": name, "source": source, "summary": summary}


def test_json_follows_its_schema(pair: list[str], capfd: Any) -> None:
    """`--json` is what `summarizer schema claims` says; offsets are into the files as they are."""
    assert run(["claims", *pair, "--json"]) == 0
    value = json.loads(capfd.readouterr().out)
    schema = json.loads((files("summarizer") / "schemas" / "claims.json").read_text("utf-8"))
    jsonschema.validate(value, schema)
    assert [claim["verdict"] for claim in value["claims"]] == ["unsupported", "supported"]
    for claim in value["claims"]:
        assert claim["text"] == SUMMARY[claim["start"] : claim["end"]]


def test_people_see_verdicts_and_the_share(pair: list[str], capfd: Any) -> None:
    """One line a claim, the reason of a wrong one, the counts at the end."""
    assert run(["claims", *pair]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].startswith("? unsupported  销量增长36%")
    assert lines[-1].endswith("faithfulness 0.50")


def test_html_is_extracted_first(tmp_path: Path, capfd: Any) -> None:
    """For one source and for pairs."""
    html = "<p>销量<b>增长26%</b></p><script>36%</script>"
    (tmp_path / "s.html").write_text(html, encoding="utf-8")
    (tmp_path / "s.txt").write_text("销量增长36%。", encoding="utf-8")
    assert run(["claims", "--source", str(tmp_path / "s.html"), "--summary",
                str(tmp_path / "s.txt"), "--html", "--json"]) == 0  # fmt: skip
    single = json.loads(capfd.readouterr().out)["claims"]
    name = pairs_file(tmp_path, one("a", html, "销量增长36%。"))
    assert run(["claims", "--pairs", name, "--html", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["claims"] == single
    assert single[0]["verdict"] in ("unsupported", "contradicted")


def test_stdin_is_the_source_the_summary_or_the_pairs(pair: list[str], tmp_path: Path) -> None:
    """`-` stands for each of them, and for one at a time."""

    def ask(arguments: list[str], text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments], input=text, capture_output=True, encoding="utf-8", check=False
        )

    counts = [
        json.loads(ask([*arguments, "--json"], text).stdout)["supported"]
        for arguments, text in (
            (["--source", "-", "--summary", pair[3]], SOURCE),
            (["--source", pair[1], "--summary", "-"], SUMMARY),
        )
    ]
    assert counts == [1, 1]
    done = ask(["--pairs", "-", "--json"], json.dumps(one("é")) + "\n")
    assert json.loads(done.stdout)["id"] == "é"
    assert ask(["--source", "-", "--summary", "-"], "x").returncode == 2


def test_pairs_come_in_order_with_errors_of_their_own(tmp_path: Path, capfd: Any) -> None:
    """A bad line gives {id, error} and is counted; --strict makes it exit 3."""
    rows = [one(n) for n in range(150)]
    name = pairs_file(tmp_path, *rows[:70], "{", {"id": "b", "source": 1}, *rows[70:])
    assert run(["claims", "--pairs", name, "--json"]) == 0
    captured = capfd.readouterr()
    got = [json.loads(line) for line in captured.out.splitlines()]
    assert [row["id"] for row in got] == [*range(70), 71, "b", *range(70, 150)]
    assert [row["id"] for row in got if "error" in row] == [71, "b"]
    assert f"{name}:71" in got[70]["error"]
    assert "2 of 152 not checked (bad lines: 2)" in captured.err
    assert run(["claims", "--pairs", name, "--json", "--strict"]) == 3
    assert len(capfd.readouterr().out.splitlines()) == 152
    schema = json.loads((files("summarizer") / "schemas" / "claim.json").read_text("utf-8"))
    jsonschema.validate(got[0]["claims"][0], schema)


@pytest.mark.parametrize("rows", [[], ["{"], ['{"id": 1}', "x"]])
def test_nothing_checked_is_no_success(rows: list[str], tmp_path: Path, capfd: Any) -> None:
    """An empty file, or one of bad lines only, is exit 3."""
    assert run(["claims", "--pairs", pairs_file(tmp_path, *rows), "--json"]) == 3


def test_faulty_files(pair: list[str], tmp_path: Path, capfd: Any) -> None:
    """Absent, a folder, not UTF-8: one line that names it."""
    for arguments in (
        ["--source", str(tmp_path / "no"), *pair[2:]],
        ["--source", str(tmp_path), *pair[2:]],
        ["--pairs", str(tmp_path / "no")],
        ["--pairs", str(tmp_path)],
    ):
        assert run(["claims", *arguments]) == 3
        error = capfd.readouterr().err
        assert str(tmp_path) in error
        assert len(error.splitlines()) == 1
    (tmp_path / "source.txt").write_bytes(b"Sales rose 26% \xff to 1.2 million")
    assert run(["claims", *pair]) == 0
    assert "not UTF-8 (byte 15)" in capfd.readouterr().err
    assert run(["claims", *pair, "--strict"]) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--source", "x"],
        ["--pairs", "x", "--source", "y"],
        ["--pairs", "x", "--model", "openai:m"],
        ["--pairs", "x", "--checker", "judge"],
        ["--checker", "judge", "evaluate", "x"],
        ["evaluate", "x", "--prevalence", "1.5"],
    ],
)
def test_usage(arguments: list[str], capfd: Any) -> None:
    """What cannot be meant is exit 2, before anything is read."""
    assert run(["claims", *arguments]) == 2


def test_a_row_is_answered_before_the_next_is_written() -> None:
    """Lines stream: another program can talk to us line by line."""
    with subprocess.Popen(
        [*COMMAND, "--pairs", "-", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for n in range(3):
            process.stdin.write(json.dumps(one(n)).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == n
        process.stdin.close()
        assert process.wait(20) == 0


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    """`… | head -1` ends without a traceback, also while processes work."""
    name = pairs_file(tmp_path, *(one(n) for n in range(3000)))
    with subprocess.Popen(
        [*COMMAND, "--pairs", name, "--json", "--jobs", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_all_processes(number: int, code: int) -> None:
    """The exit code says which; the workers print nothing and do not stay."""
    with subprocess.Popen(
        [*COMMAND, "--pairs", "-", "--json", "--jobs", "2"], start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        for n in range(100):
            process.stdin.write(json.dumps(one(n)).encode() + b"\n")
        process.stdin.flush()
        for _ in range(100):
            process.stdout.readline()
        os.killpg(process.pid, number)
        assert process.wait(20) == code
        assert b"Traceback" not in process.stderr.read()


def test_progress_is_for_terminals(tmp_path: Path) -> None:
    """A bar with its count where stderr is a terminal; nothing with --quiet."""
    name = pairs_file(tmp_path, *(one(n) for n in range(200)))
    seen = {}
    for quiet in ([], ["--quiet"]):
        master, slave = pty.openpty()
        with subprocess.Popen(
            [*COMMAND, "--pairs", name, "--json", *quiet], stdout=subprocess.DEVNULL, stderr=slave
        ) as process:
            os.close(slave)
            seen[bool(quiet)] = b""
            while True:
                try:
                    part = os.read(master, 65536)
                except OSError:  # Linux: the other side is closed
                    break
                if not part:
                    break
                seen[bool(quiet)] += part
            assert process.wait(20) == 0
        os.close(master)
    assert b"/200" in seen[False]
    assert seen[True] == b""


LABEL = {
    "source": SOURCE, "summary": SUMMARY,
    "claims": [{"start": 0, "end": 7, "label": "contradicted"},
               {"start": 8, "end": 14, "label": "supported"}],
    "planted": [{"start": 9, "end": 12, "replacement": "150", "type": "number"}],
}  # fmt: skip


def labels_file(folder: Path, *rows: Any) -> str:
    return pairs_file(folder, *rows)


def test_evaluate_for_people_and_machines(tmp_path: Path, capfd: Any) -> None:
    """Shares with intervals, two operating points, precision, detectors."""
    name = labels_file(tmp_path, LABEL, LABEL)
    assert run(["claims", "evaluate", name]) == 0
    out = capfd.readouterr().out
    for text in ("claims supported", "95% interval", "operating point", "contradicted",
                 "precision on wrong claims, 50.0% of claims wrong", "clean documents marked",
                 "detector"):  # fmt: skip
        assert text in out
    assert run(["claims", "evaluate", name, "--json", "--prevalence", "0.066"]) == 0
    value = json.loads(capfd.readouterr().out)
    assert value["checker"].startswith("rules.")
    assert (value["documents"], value["prevalence"], value["failed"]) == (2, 0.066, [])
    assert [point["point"] for point in value["points"]] == ["contradicted", "flagged"]
    assert value["points"][1]["recall"]["value"] == 1.0
    assert value["points"][1]["precision"]["low"] < value["points"][1]["precision"]["value"]
    assert sum(item["wrong"] for item in value["detectors"]) == 2


def test_evaluate_names_lines_that_are_no_labels(tmp_path: Path, capfd: Any) -> None:
    """They are counted; --strict makes it 3; no label at all is 3 too."""
    name = labels_file(tmp_path, LABEL, "{", {"summary": "x"}, LABEL)
    assert run(["claims", "evaluate", name, "--json"]) == 0
    captured = capfd.readouterr()
    assert json.loads(captured.out)["documents"] == 2
    assert f"{name}:2" in captured.err
    assert f"{name}:3: is no labelled document" in captured.err
    assert "2 of 4 documents are not in the table" in captured.err
    assert run(["claims", "evaluate", name, "--strict"]) == 3
    assert run(["claims", "evaluate", labels_file(tmp_path, {"summary": "x"})]) == 3
    assert run(["claims", "evaluate", labels_file(tmp_path)]) == 3


def test_anybodys_checker(tmp_path: Path, pair: list[str]) -> None:
    """`--checker module:object` of a file beside: one pair, pairs on two processes, labels."""
    (tmp_path / "mine.py").write_text(
        "from summarizer_eval.claims import Claim, ClaimReport\n"
        "class Grim:\n"
        "    name, version = 'grim', '7'\n"
        "    def check(self, source, summary):\n"
        "        claim = Claim(0, len(summary), summary, 'other', 'contradicted',\n"
        "                      checker='grim.7:always')\n"
        "        return ClaimReport((claim,))\n"
    )
    script = Path(sys.executable).with_name("summarizer")
    command = [str(script), "claims"] if script.exists() else COMMAND

    def ask(*arguments: str) -> str:
        done = subprocess.run(
            [*command, *arguments, "--checker", "mine:Grim", "--json"], cwd=tmp_path,
            capture_output=True, encoding="utf-8", check=True,
        )  # fmt: skip
        return done.stdout

    assert json.loads(ask(*pair))["contradicted"] == 1
    name = pairs_file(tmp_path, *(one(n) for n in range(150)))
    rows = [json.loads(line) for line in ask("--pairs", name, "--jobs", "2").splitlines()]
    assert {row["claims"][0]["verdict"] for row in rows} == {"contradicted"}
    value = json.loads(ask("evaluate", labels_file(tmp_path, LABEL)))
    assert value["checker"] == "grim.7"
    assert [item["name"] for item in value["detectors"]] == ["always"]
    assert value["points"][0]["false_alarms"]["value"] == 1.0
