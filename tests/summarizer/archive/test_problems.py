"""The list of problems and its page."""

from __future__ import annotations

from pathlib import Path

from summarizer.archive.problems import PROBLEMS
from summarizer.document import NO_REFERENCE_CODES


def test_the_page_lists_every_code_with_its_message(repository: Path) -> None:
    """docs/problems.md says what the command says, and what makes a summary no reference."""
    page = (repository / "docs" / "problems.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert {row[0].strip("`"): row[2] for row in rows} == PROBLEMS
    marked = {row[0].strip("`") for row in rows if row[-1].strip() == "no"}
    assert marked == NO_REFERENCE_CODES


def test_codes_that_spoil_a_reference_are_codes_of_problems() -> None:
    """Scoring and reading speak of the same codes."""
    assert set(PROBLEMS) >= NO_REFERENCE_CODES
