"""`summarizer report` and `summarizer view` as a user calls them."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from summarizer.cli.app import run as summarizer
from summarizer.document import Document, sha256_text
from summarizer.generation import Generation, request_key
from summarizer.jsonlines import dump_line
from summarizer.run import PlannedDocument, write_documents, write_json

SOURCES = {
    "a.md": "河东图书馆周六开馆，藏书30万册，开放时间为9点到21点。",
    "b.md": "新桥长1.2公里，投资3.4亿元，预计2025年通车。",
    "c.md": "小雨渐止，气温回升到18度，周末以晴天为主。",
}


def make_run(folder: Path, name: str, summaries: dict[str, str]) -> Path:
    """A finished run of three documents."""
    path = folder / name
    path.mkdir()
    info = {
        "schema": 1,
        "created_at": "2026-01-02T03:04:05Z",
        "prompt": {"name": name, "sha256": "0" * 64, "text": ""},
        "model": {"spec": "openai:tiny", "name": "tiny"},
        "endpoint": "api.example.org/v1",
        "params": {},
        "samples": 1,
    }
    write_json(path / "run.json", info)
    planned = []
    with (path / "generations.jsonl").open("wb") as stream:
        for document_id, source in SOURCES.items():
            document = Document(
                id=document_id, path=document_id, url=None, title=source[:6], metadata={},
                source="", source_text=source, stored_summary=source[:18],
                source_sha256=sha256_text(source), summary_sha256=sha256_text(source[:18]),
            )  # fmt: skip
            key = request_key([], model=name, endpoint="", params={"d": document_id}, sample=0)
            made = Generation(
                key=key, document=document_id, text_sha256=document.text_sha256, prompt=name,
                prompt_sha256="0" * 64, model="tiny", endpoint="api.example.org/v1", params={},
                sample=0, reply=None, summary=summaries[document_id], status="ok",
            )  # fmt: skip
            stream.write(dump_line(made.to_json()))
            planned.append(PlannedDocument(document, (key,)))
    write_documents(path, planned)
    return path


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """Two runs over the same documents."""
    old = make_run(tmp_path, "old", {key: text[:14] for key, text in SOURCES.items()})
    new = make_run(tmp_path, "new", {key: text.replace("3", "4") for key, text in SOURCES.items()})
    return old, new


def head_of(page: Path) -> dict[str, Any]:
    found = re.search(r'id="head">([^<]*)<', page.read_text("utf-8"))
    assert found
    head: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return head


def test_one_page_from_two_runs(runs: tuple[Path, Path], tmp_path: Path) -> None:
    """Scores, compares, checks claims and writes, in one command."""
    page = tmp_path / "out" / "report.html"
    assert summarizer(["report", *map(str, runs), "--out", str(page)]) == 0
    head = head_of(page)
    assert [variant["name"] for variant in head["variants"]] == ["old", "new"]
    names = {metric["name"] for metric in head["metrics"]}
    assert {"faithfulness", "rougeL", "source_rougeL"} <= names
    assert [entry["run"] for entry in head["comparison"]["candidates"]] == ["new"]
    assert head["stored"]["checked"] == 3


@pytest.mark.parametrize("kind", ["md", "csv", "svg"])
def test_static_formats_by_the_name_of_the_file(
    runs: tuple[Path, Path], tmp_path: Path, kind: str
) -> None:
    """`--out x.md` needs no `--format`; each holds both runs."""
    out = tmp_path / f"report.{kind}"
    assert summarizer(["report", *map(str, runs), "--metric", "rouge", "-o", str(out)]) == 0
    text = out.read_text("utf-8-sig")
    assert "old" in text
    assert "new" in text
    if kind == "svg":
        assert ElementTree.fromstring(text).tag.endswith("svg")


def test_no_run_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that is no run is one line and exit code 3, and no file is left."""
    out = tmp_path / "x.html"
    assert summarizer(["report", str(tmp_path / "none"), "-o", str(out)]) == 3
    assert "no such run directory" in capsys.readouterr().err
    assert not out.exists()


def test_view_serves_until_it_is_ended(runs: tuple[Path, Path]) -> None:
    """The address is printed on stdout, answers with its token, and Ctrl-C ends it well."""
    import signal

    arguments = ["view", str(runs[0]), "--no-open", "--metric", "rouge", "--no-stored-claims"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from summarizer.cli import main; main()", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        url = process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?token=([\w-]+)", url)
        assert found
        connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=10)
        connection.request("GET", f"/api/rows?token={found[2]}")
        assert json.loads(connection.getresponse().read())["total"] == 3
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.communicate()
