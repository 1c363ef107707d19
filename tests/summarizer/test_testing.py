"""The scripted model that users' tests get."""

from __future__ import annotations

import json
from pathlib import Path

from summarizer import read_archive, regenerate
from summarizer.models.base import Model
from summarizer.regeneration import Options
from summarizer.testing import ScriptedModel


def test_a_scripted_model_drives_the_real_batch(tmp_path: Path) -> None:
    """A failure in the script is retried as a real one would be; the requests are kept."""
    archive = tmp_path / "a.jsonl"
    archive.write_text(json.dumps({"id": "d", "source": "内容。"}), encoding="utf-8")
    model = ScriptedModel([ScriptedModel.failure("try again"), "摘要一。"])
    assert isinstance(model, Model)
    (outcome,) = regenerate(
        read_archive(archive),
        prompts=["brief_zh"],
        models=[model],
        out=tmp_path / "run",
        options=Options(concurrency=1),
    )
    (made,) = outcome.run.generations()
    assert (made.summary, made.attempts, made.model) == ("摘要一。", 2, "scripted")
    assert [asked.document for asked in model.requests] == ["d", "d"]


def test_a_function_can_answer(tmp_path: Path) -> None:
    """The answer may depend on the request."""
    archive = tmp_path / "a.jsonl"
    rows = [{"id": f"d{n}", "source": f"第{n}段。"} for n in range(3)]
    archive.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    model = ScriptedModel(lambda asked: f"说的是{asked.source_text}")
    (outcome,) = regenerate(
        read_archive(archive), prompts=["brief_zh"], models=[model], out=tmp_path / "run"
    )
    assert [made.summary for made in outcome.run.generations()] == [
        "说的是第0段。", "说的是第1段。", "说的是第2段。",
    ]  # fmt: skip
