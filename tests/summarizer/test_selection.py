"""Selection: expressions, ids, samples and limits."""

from __future__ import annotations

import pytest

from summarizer.document import Document, Problem, sha256_text
from summarizer.errors import InputError
from summarizer.selection import Selection, parse_ids


def document(
    name: str, *, text: str = "文字", url: str | None = None, codes: tuple[str, ...] = ()
) -> Document:
    return Document(
        id=name,
        path=name,
        url=url,
        title="",
        metadata={},
        source=text,
        source_text=text,
        stored_summary=None,
        source_sha256=sha256_text(text),
        summary_sha256=None,
        problems=tuple(Problem(code, "") for code in codes),
    )


DOCUMENTS = [
    document("2025-05-01/a.md", codes=("summary-html",)),
    document("2025-05-02/b.md", text="English words only", url="http://arxiv.org/abs/1.2v1"),
    document("2025-05-03/c.md", codes=("summary-html", "url-repeated")),
]


def chosen(*expressions: str, **options: object) -> list[str]:
    selection = Selection(tuple(expressions), **options)  # type: ignore[arg-type]
    return [item.id[-4] for item in selection.choose(iter(DOCUMENTS))]


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        ([], "abc"),
        (["lang:en"], "b"),
        (["not:lang:en"], "ac"),
        (["problem:summary-html"], "ac"),
        (["problem:url-*"], "c"),
        (["problem:none"], "b"),
        (["path:2025-05-0[12]/*"], "ab"),
        (["url:https://arxiv.org/abs/1.2"], "b"),
        (["date:2025-05-02..2025-05-03"], "bc"),
        (["date:..2025-05-01"], "a"),
        (["date:2025-05"], "abc"),
        (["lang:en,problem:url-repeated"], "bc"),
        (["problem:summary-html", "not:problem:url-repeated"], "a"),
        (["id:2025-05-01/a.md"], "a"),
    ],
)
def test_commas_are_or_and_repeats_are_and(expressions: list[str], expected: str) -> None:
    """Each kind of term chooses what it says."""
    assert chosen(*expressions) == list(expected)


def test_an_empty_selection_is_an_error() -> None:
    """Nothing matched is never a success."""
    with pytest.raises(InputError, match="no document was selected"):
        chosen("problem:no-such")


def test_unknown_ids_are_an_error_that_names_one() -> None:
    """A work list that names what is not there is not half done in silence."""
    with pytest.raises(InputError, match=r"x\.md: no document has this id"):
        chosen(ids=frozenset({"x.md"}))
    assert chosen(ids=frozenset({"2025-05-03/c.md"})) == ["c"]


def test_an_unknown_kind_of_term_says_which_there_are() -> None:
    """The hint lists the kinds."""
    with pytest.raises(InputError, match=r"'size:3' is no selection.*path:…"):
        Selection(("size:3",))


def test_a_sample_is_seeded_and_in_order() -> None:
    """The same seed draws the same documents, in the archive's order; the limit comes last."""
    assert chosen(sample=2, seed=1) == chosen(sample=2, seed=1)
    assert chosen(sample=2, seed=1) == sorted(chosen(sample=2, seed=1))
    assert chosen(sample=99) == ["a", "b", "c"]
    assert chosen(sample=99, limit=1) == ["a"]
    assert len({"".join(chosen(sample=1, seed=seed)) for seed in range(40)}) == 3


def test_ids_are_read_bare_or_from_json_lines() -> None:
    """Output of `audit --json` can be piped in."""
    lines = ["a.md\n", "\n", '{"id": "b.md"}\n', '{"path": "c.md"}\n']
    assert parse_ids(lines, where="stdin") == frozenset({"a.md", "b.md", "c.md"})
    with pytest.raises(InputError, match="stdin:1: has neither id nor path"):
        parse_ids(["{}"], where="stdin")
