"""Markdown, CSV and SVG: readable, and inert where they are pasted."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from summarizer_eval.report.picture import svg
from summarizer_eval.report.sheet import csv_cell, write_csv
from summarizer_eval.report.text import markdown, markdown_cell

HOSTILE = '=cmd|"/c calc"!A1 <img src=x> @team [x](javascript:a) |\x00\u202e'


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "＝1", "|x", "%x"]
)
def test_formulas_become_text(text: str) -> None:
    """A cell that a spreadsheet would run starts with an apostrophe."""
    assert csv_cell(text) == "'" + text


@pytest.mark.parametrize("value, expected", [(-0.5, -0.5), (3, 3), (None, ""), ("海湾", "海湾")])
def test_numbers_and_words_stay(value: Any, expected: Any) -> None:
    """A negative number is a number, not a formula."""
    assert csv_cell(value) == expected


def test_csv_has_a_row_for_each_document_and_variant(made: Any, tmp_path: Path) -> None:
    """Every figure of the table is in the file, under its metric's name."""
    path = tmp_path / "report.csv"
    write_csv(made.head, made.store.rows(), path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 120
    first = next(made.store.rows())
    assert float(rows[0]["faithfulness"]) == first["v"][0]["m"][0]
    assert (rows[1]["variant"], rows[1]["claims_contradicted"]) == ("new", "1")


def test_markdown_shows_figures_with_intervals(made: Any) -> None:
    """The answer first; then one row a metric, one column a variant, with differences."""
    text = markdown(made.head)
    figure = made.head["metrics"][0]["figures"][0]
    assert f"**{figure['mean']:.3f}** [{figure['low']:.3f}, {figure['high']:.3f}]" in text
    assert "-0.031 ▼" in text
    assert "- **B new**: ▼ worse (worse: `rougeL`; can't tell: `faithfulness`)" in text
    assert "1 unscored" in text
    assert "`rougeL` ↑ (chance 0.04, self-agreement 0.66)" in text


def test_markdown_of_hostile_names_is_plain_text() -> None:
    """No HTML, mention, link or table border comes alive, and no control remains."""
    text = markdown_cell(HOSTILE)
    alive = r"(?<!\\)[\[\]()|!]|<|@team|[\x00\u202e]"
    assert re.findall(alive, text) == []


def test_svg_is_well_formed_with_hostile_names(made: Any) -> None:
    """Any XML parser reads the picture, which holds text and shapes only."""
    variants = [{**variant, "name": HOSTILE + "\ud800\ufffe"} for variant in made.head["variants"]]
    root = ElementTree.fromstring(
        svg({**made.head, "title": "</title><script>", "variants": variants})
    )
    names = {element.tag.split("}")[1] for element in root.iter()}
    assert names <= {"svg", "title", "rect", "text", "path", "circle"}
