"""Mutated files, by the harness of benchmarks/fuzz.py: no crash, no change outside the summary."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from summarizer.archive.markdown import ParsedMarkdown, splice_summary

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture(scope="module")
def harness() -> ModuleType:
    """The benchmark script as a module."""
    path = Path(__file__).resolve().parents[3] / "benchmarks" / "fuzz.py"
    spec = importlib.util.spec_from_file_location("fuzz_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def files_of(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*.md"))]


def test_mutated_files_keep_every_promise(harness: Any, sample_archive: Path) -> None:
    """2,000 mutations of the sample archive: none crashes, none changes outside its summary."""
    counts, first = harness.fuzz(files_of(sample_archive), cases=2000, seed=7)
    assert first == {}
    assert counts["with a summary section"] > 1000


def test_the_harness_sees_a_careless_splice(
    harness: Any, sample_archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A splice that tidies the file's end is caught, so the test above can fail."""

    def careless(data: bytes, parsed: ParsedMarkdown, summary: str) -> bytes:
        return splice_summary(data, parsed, summary).rstrip() + b"\n"

    monkeypatch.setattr(harness, "splice_summary", careless)
    counts, _ = harness.fuzz(files_of(sample_archive), cases=200, seed=7)
    assert counts["broken: a byte outside the summary changed"] > 0
