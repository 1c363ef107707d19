"""The error tree: one line an error, one exit code a class."""

from __future__ import annotations

import inspect

import pytest

from summarizer import errors
from summarizer.errors import InputError, MissingExtra, SummarizerError, worst_exit_code


def test_an_error_says_where_what_and_what_to_do() -> None:
    """The three parts stand in this order on one line."""
    error = InputError("is not JSON", where="runs/a/run.json", hint="delete it and run again")
    assert str(error) == "runs/a/run.json: is not JSON; delete it and run again"


def test_a_missing_extra_names_the_command_that_installs_it() -> None:
    """The hint can be pasted into a shell."""
    error = MissingExtra("pyarrow", extra="parquet", purpose="reading .parquet files")
    assert "pip install 'summarizer-toolkit[parquet]'" in str(error)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [((), 0), ((0, 4), 4), ((1, 4), 4), ((5, 1), 1), ((3, 4), 3), ((7, 6, 130), 130), ((6, 7), 7)],
)
def test_where_several_exit_codes_hold_the_first_of_the_order_wins(
    codes: tuple[int, ...], expected: int
) -> None:
    """130 > 7 > 6 > 3 > 4 > 1 > 5, as the contract of the command says."""
    assert worst_exit_code(*codes) == expected


def test_the_tree_at_the_top_of_the_file_names_every_class() -> None:
    """The drawing, `__all__` and the classes agree, exit codes included."""
    classes = {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, SummarizerError)
    }
    assert {*classes, "worst_exit_code"} == set(errors.__all__)
    drawing = errors.__doc__ or ""
    for name, value in classes.items():
        line = next(line for line in drawing.splitlines() if f" {name} " in line)
        assert line.split(name)[1].split()[0] == str(value.exit_code)
