"""The published JSON Schemas describe what the commands and files hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from summarizer.cli.app import run
from summarizer_eval.labels import Label


def schema(name: str, capfd: Any) -> Any:
    assert run(["schema", name]) == 0
    return json.loads(capfd.readouterr().out)


def test_every_schema_is_one(capfd: Any) -> None:
    """`schema` lists the names; each is a valid JSON Schema with a title."""
    assert run(["schema"]) == 0
    names = capfd.readouterr().out.split()
    assert {"audit", "baseline", "claim", "document", "generation", "label", "score"} <= set(names)
    for name in names:
        found = schema(name, capfd)
        jsonschema.Draft202012Validator.check_schema(found)
        assert found["title"]
    assert run(["schema", "nonsense"]) == 2
    assert "no such format" in capfd.readouterr().err


def test_audit_rows(sample_archive: Path, capfd: Any) -> None:
    """Every line of `audit --json` on the sample archive."""
    form = schema("audit", capfd)
    assert run(["audit", str(sample_archive), "--json", "--quiet"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) > 20
    for line in lines:
        jsonschema.validate(json.loads(line), form)


def test_committed_baselines(repository: Path, capfd: Any) -> None:
    """The baselines that this project itself commits."""
    form = schema("baseline", capfd)
    paths = sorted((repository / "eval" / "baselines").glob("*/*.json"))
    assert paths
    for path in paths:
        jsonschema.validate(json.loads(path.read_text("utf-8")), form)


def test_labels(capfd: Any) -> None:
    """A label as `label` writes it; a choice that is none is refused."""
    form = schema("label", capfd)
    row = Label("d.md", "one", "two", "tie", "a").to_json()
    jsonschema.validate(row, form)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**row, "choice": "left"}, form)
