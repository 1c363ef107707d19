"""JSON Lines: any text survives, and a bad line is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.errors import InputError
from summarizer.jsonlines import dump_line, parse_line, read_json, read_lines, write_lines

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=[]), max_size=40)


@given(st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=4))
def test_any_text_survives_a_line(row: dict[str, str]) -> None:
    """Lone surrogates, NULs and line separators come back as they were, on one line."""
    line = dump_line(row)
    assert line.count(b"\n") == 1
    assert parse_line(line, where="here") == row


def test_rows_come_back_with_their_line_numbers(tmp_path: Path) -> None:
    """Blank lines are skipped and counted."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"a":1}\n\n{"a":2}\n')
    assert list(read_lines(path)) == [(1, {"a": 1}), (3, {"a": 2})]


@pytest.mark.parametrize("line", [b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_bad_line_is_named(tmp_path: Path, line: bytes) -> None:
    """The error says file and line; no line of any shape crashes."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"a":1}\n' + line + b"\n")
    with pytest.raises(InputError, match=r"rows\.jsonl:2: is not"):
        list(read_lines(path))


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    """Both readers say which file is absent."""
    with pytest.raises(InputError, match=r"no\.json: No such file"):
        read_json(tmp_path / "no.json")
    with pytest.raises(InputError, match=r"no\.jsonl: No such file"):
        list(read_lines(tmp_path / "no.jsonl"))


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """A writer that fails half-way leaves the old file."""
    path = tmp_path / "rows.jsonl"
    write_lines(path, [{"a": 1}])

    def broken():  # type: ignore[no-untyped-def]
        yield {"a": 2}
        raise RuntimeError("disk")

    with pytest.raises(RuntimeError):
        write_lines(path, broken())
    assert [row for _, row in read_lines(path)] == [{"a": 1}]
