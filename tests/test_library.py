"""The library: every public name is there, typed, documented by an example that runs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import summarizer
import summarizer_eval

# Where the examples of the public names stand.
DOCUMENTED = {
    "read_archive": "summarizer.archive.reader",
    "Prompt": "summarizer.prompt",
    "regenerate": "summarizer.regeneration",
    "score": "summarizer_eval.scoring",
    "check_claims": "summarizer_eval.claims",
    "compare": "summarizer_eval.comparison",
    "Gate": "summarizer_eval.gate",
}


def test_every_public_name_can_be_imported() -> None:
    """`__all__` of both packages holds, and so does `dir`."""
    for package in (summarizer, summarizer_eval):
        for name in package.__all__:
            assert getattr(package, name) is not None
            assert name in dir(package)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        summarizer.nonsense  # noqa: B018


def test_a_public_name_is_the_same_from_both_packages() -> None:
    """The facade finds, it does not copy."""
    assert summarizer.check_claims is summarizer_eval.check_claims
    assert callable(summarizer_eval.compare)


@pytest.mark.parametrize(
    "module",
    [*sorted(set(DOCUMENTED.values())), "summarizer", "summarizer.testing"],
)
def test_examples_in_the_documentation_run(module: str, repository: Path) -> None:
    """Each public function has an example, and it gives what it says."""
    script = (
        "import doctest, importlib, sys\n"
        f"result = doctest.testmod(importlib.import_module({module!r}))\n"
        "sys.exit(1 if result.failed or not result.attempted else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=repository, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout or f"{module} has no example"


def test_a_caller_with_an_event_loop_is_served(tmp_path: Path, sample_archive: Path) -> None:
    """A notebook runs a loop on its thread: `regenerate` still returns its outcomes."""

    async def notebook() -> int:
        (outcome,) = summarizer.regenerate(
            summarizer.read_archive(str(sample_archive)), prompts=["brief_zh"],
            models=["extractive:lead"], out=tmp_path / "run",
        )  # fmt: skip
        return outcome.totals.asked

    # On a thread of its own: a browser test may have left a loop on this one.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: asyncio.run(notebook())).result() > 0
