"""The answer in short, and the commands that make the same again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from summarizer.run import Run
from summarizer_eval.report.answers import answers, differences
from summarizer_eval.report.commands import commands
from tests.summarizer_eval.report.making import document, write_run


def head_of(
    *verdicts: str, main: bool = True, direction: str = "higher", primary: int | None = None
) -> Any:
    """A head with one candidate, a metric for each verdict; the first `primary` are primary."""
    count = len(verdicts) if primary is None else primary
    metrics = [
        {"name": f"m{index}", "main": main, "direction": direction}
        for index in range(len(verdicts))
    ]
    found = {
        f"m{index}": {"verdict": verdict, "difference": 0.1, "primary": index < count}
        for index, verdict in enumerate(verdicts)
    }
    candidate = {"run": "new", "variant": 1, "metrics": found}
    return {"metrics": metrics, "comparison": {"candidates": [candidate]}}


@pytest.mark.parametrize(
    "verdicts, word",
    [
        (("better", "can't tell"), "better"),
        (("worse",), "worse"),
        (("better", "worse"), "trade-off"),
        (("can't tell", "can't tell"), "not shown"),
    ],
)
def test_word_for_all_verdicts_together(verdicts: tuple[str, ...], word: str) -> None:
    """Verdicts that agree give their word; others are a trade-off; none is no equality."""
    assert [answer["word"] for answer in answers(head_of(*verdicts))] == [word]


def test_primary_metrics_decide() -> None:
    """What was not corrected for how many there are is named and decides nothing."""
    [answer] = answers(head_of("better", "worse", "worse", primary=1))
    assert (answer["word"], answer["better"]) == ("better", ["m0"])
    assert answer["others"]["worse"] == ["m1", "m2"]


def test_without_a_primary_metric_the_others_decide() -> None:
    """A report of other metrics still has an answer."""
    assert answers(head_of("worse", primary=0))[0]["word"] == "worse"


def test_only_metrics_with_a_direction_count() -> None:
    """What has no better side, or is neither primary nor main, decides nothing."""
    assert answers(head_of("worse", main=False, primary=0))[0]["word"] == "not shown"
    assert answers(head_of("differs", direction="neutral"))[0]["word"] == "not shown"
    assert answers({"metrics": [], "comparison": None}) == []


def test_differences_are_found_by_variant() -> None:
    """A metric that a candidate lacks has no difference there."""
    head = head_of("better")
    assert differences(head, "m0")[1]["verdict"] == "better"
    assert differences(head, "m1") == {}


def with_archive(run: Run, **archive: Any) -> Run:
    path = run.path / "run.json"
    info = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**info, "archive": archive}), "utf-8")
    return Run.open(run.path)


def test_commands_make_the_same_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Selection, prompt, model and output are those of the run, quoted for a shell."""
    monkeypatch.chdir(tmp_path)
    run = with_archive(
        write_run(tmp_path / "my runs" / "new", [document(1)]),
        root="/data", paths=["/data/archive"], select=["lang:zh"], random=9, seed=3, limit=5,
    )  # fmt: skip
    made = (
        "summarizer regenerate archive --prompt brief_zh --model openai:tiny-1 "
        "--select lang:zh --random 9 --seed 3 --limit 5 --out 'my runs/new'"
    )
    assert commands([run]) == [
        made,
        "summarizer score 'my runs/new'",
        "summarizer report 'my runs/new' --out report.html",
    ]


def test_commands_tell_no_folder_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive or run elsewhere is named by a word, not by its path."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    run = with_archive(
        write_run(tmp_path / "elsewhere" / "new", [document(1)]), root="/data", paths=["/data"]
    )
    text = "\n".join(commands([run, run]))
    assert "regenerate ARCHIVE " in text
    assert "summarizer compare new new" in text
    assert str(tmp_path) not in text
    assert "/data" not in text
