"""``summarizer score`` as a user meets it."""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from summarizer.cli.app import run
from summarizer.document import Document
from summarizer.generation import Generation
from summarizer.jsonlines import write_lines
from summarizer.run import PlannedDocument, write_documents, write_json

STORED = ["模型发布，更快", "模型发布，速度更快", "天文台观测", "天文台观测彗星"]


@pytest.fixture
def a_run(tmp_path: Path) -> Path:
    """A run of four documents on two sources; the third failed."""
    path = tmp_path / "run"
    path.mkdir()
    planned, rows = [], []
    for n in range(4):
        document = Document(
            f"{n}.md", f"{n}.md", f"https://example.org/{n // 2}", "t", {}, "",
            f"第{n // 2}号模型今天发布，速度更快。", STORED[n], "0", "0",
        )  # fmt: skip
        key = f"{n:032x}"
        planned.append(PlannedDocument(document, (key,)))
        reply = None if n == 2 else "模型发布，速度更快"
        rows.append(
            Generation(
                key, document.id, document.text_sha256, "p", "0", "m", "e", {}, 0, {}, reply,
                "ok" if reply else "error",
            ).to_json()
        )  # fmt: skip
    write_json(path / "run.json", {"schema": 1, "prompt": {"name": "p"}, "model": {"name": "m"}})
    write_documents(path, planned)
    write_lines(path / "generations.jsonl", rows)
    return path


def test_json_follows_its_schema(a_run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """`--json` is what `summarizer schema score` says, signed and with its coverage."""
    assert run(["score", str(a_run), "--metric", "rouge,scored_share", "--json"]) == 0
    value = json.loads(capfd.readouterr().out)
    schema = json.loads((files("summarizer") / "schemas" / "score.json").read_text("utf-8"))
    jsonschema.validate(value, schema)
    metrics = value["runs"][0]["metrics"]
    assert metrics["rouge1"]["unscored"] == {"no-summary": 1}
    assert "tok:cjk.1" in metrics["rouge1"]["signature"]
    assert metrics["scored_share"]["mean"] == 0.75


def test_table_shows_the_scale(a_run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """People see where the run stands between chance and self-agreement."""
    assert run(["score", str(a_run), "--metric", "rougeL"]) == 0
    out = capfd.readouterr().out
    assert "of the way from chance to self-agreement (2 sources)" in out
    assert "rouge1" not in out


def test_table_shows_how_it_was_measured(a_run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The signature stands below the tables, once for figures that share it."""
    assert run(["score", str(a_run), str(a_run), "--metric", "rouge1,rougeL"]) == 0
    out = capfd.readouterr().out
    assert out.count("rouge1 rougeL: against:stored|tok:cjk.1|stem:none|refs:stored (") == 1


@pytest.mark.parametrize("names", ["", "rougeL", "rougeLsum", "rouge"])
def test_all_shows_precision_and_recall(
    a_run: Path, names: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """`--all` adds precision and recall, to all figures or to those that were named."""
    chosen = ["--metric", names] if names else []
    assert run(["score", str(a_run), *chosen, "--all"]) == 0
    name = "rougeLsum" if names == "rougeLsum" else "rougeL"
    assert f"{name}_precision" in capfd.readouterr().out


def test_fact_recall_is_no_part_of_another(a_run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A figure that is called recall and has no F-measure is in the short table."""
    assert run(["score", str(a_run)]) == 0
    out = capfd.readouterr().out
    assert "fact_recall" in out
    assert "rouge1_recall" not in out


def test_a_metric_of_the_working_directory(
    a_run: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """`--metric module:object` finds a file beside the user, and names the document it fails on."""
    (a_run.parent / "cli_user_metric.py").write_text(
        "from summarizer_eval.metric import Value\n"
        "from summarizer_eval.signature import Signature\n"
        "class Commas:\n"
        "    names, directions, against = ('commas',), {'commas': 'lower'}, None\n"
        "    def signature(self, name):\n"
        "        return Signature({'metric': name, 'version': '1'})\n"
        "    def score(self, item):\n"
        "        return {'commas': Value(float(item.summary.count('，')))}\n"
    )
    monkeypatch.chdir(a_run.parent)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert run(["score", "run", "--metric", "cli_user_metric:Commas"]) == 3  # one has no summary
    assert "metric commas, 2.md: AttributeError" in capfd.readouterr().err


def test_a_wrong_tokenizer_warns(a_run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The stock tokenizer on Chinese is named on stderr, once."""
    code = run(["score", str(a_run), "--metric", "rouge", "--tokenizer", "rouge-score"])
    assert code == 0
    assert capfd.readouterr().err.count("use --tokenizer cjk") == 1


@pytest.mark.parametrize(
    "arguments", [["--metric", "nope"], ["--against", "nope"], ["--tokenizer", "nope"]]
)
def test_bad_names_are_bad_input(
    a_run: Path, arguments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    """An unknown metric, side or tokenizer is one line and exit 3."""
    assert run(["score", str(a_run), *arguments]) == 3
    assert "nope" in capfd.readouterr().err


def test_no_run_is_bad_input(tmp_path: Path) -> None:
    """A directory that is no run is exit 3."""
    assert run(["score", str(tmp_path)]) == 3
