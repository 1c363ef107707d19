"""Archives as streams of documents: formats, problems, and what is skipped."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from summarizer.archive import Skipped, find_root, read_archive
from summarizer.archive.problems import PROBLEMS, length_note
from summarizer.errors import ArchiveError


def write(
    folder: Path, name: str, source: str | None, summary: str | None, *, url: str = ""
) -> None:
    parts = [f"# {name}\n\n**URL**: {url or 'https://example.org/' + name}\n\n"]
    if source is not None:
        parts.append(f"## 原始摘要\n\n{source}\n\n")
    if summary is not None:
        parts.append(f"## AI 摘要\n\n{summary}\n\n")
    parts.append("## 元数据\n\n- **来源**: 微博\n")
    path = folder / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(parts), encoding="utf-8")


def codes(folder: Path) -> dict[str, set[str]]:
    return {
        document.path.removesuffix(".md"): {problem.code for problem in document.problems}
        for document in read_archive(folder)
    }


def test_the_sample_archive_shows_each_problem_at_least_once(sample_archive: Path) -> None:
    """Every code in the list is met by a document that we ship, and each has a sentence."""
    skipped: list[Skipped] = []
    documents = list(read_archive(sample_archive, on_skip=skipped.append))
    found = Counter(problem.code for document in documents for problem in document.problems)
    assert set(found) == set(PROBLEMS)
    assert [item.code for item in skipped] == ["not-a-document"]
    assert all(problem.message for document in documents for problem in document.problems)


def test_ids_are_relative_to_the_root(tmp_path: Path) -> None:
    """The nearest summarizer.toml is the root; --root overrides it."""
    write(tmp_path / "archive" / "day", "a", "文字" * 20, "摘要")
    assert [document.id for document in read_archive(tmp_path / "archive", root=tmp_path)] == [
        "archive/day/a.md"
    ]
    (tmp_path / "summarizer.toml").write_text("")
    assert find_root(tmp_path / "archive" / "day") == tmp_path


def test_boilerplate_is_found_by_repetition(tmp_path: Path) -> None:
    """One text over unrelated sources is boilerplate; over copies of one text it is not."""
    same = "这是一段放之四海而皆准的话。"
    write(tmp_path, "a", "湖州的医院启用了十二台配送机器人，夜里送药。", same)
    write(tmp_path, "b", "厦门的实验室开源了会听方言的语音模型，参数十六亿。", same)
    write(
        tmp_path,
        "c",
        "退役的风电叶片可以回收玻璃纤维，每年三万吨。",
        "叶片回收线建成了，每年三万吨。",
    )
    write(
        tmp_path,
        "d",
        "退役的风电叶片可以回收玻璃纤维，每年三万吨。",
        "叶片回收线建成了，每年三万吨。",
    )
    found = codes(tmp_path)
    assert {name for name, given in found.items() if "summary-boilerplate" in given} == {"a", "b"}


def test_copies_of_one_url_are_named_with_how_far_they_differ(tmp_path: Path) -> None:
    """Tracking parameters do not hide a copy."""
    write(tmp_path, "a", "文字" * 20, "第一种摘要。", url="https://example.org/p?utm_source=x")
    write(tmp_path, "b", "文字" * 20, "完全不同的说法。", url="http://www.example.org/p")
    documents = list(read_archive(tmp_path))
    messages = [p.message for d in documents for p in d.problems if p.code == "url-repeated"]
    assert len(messages) == 2
    assert messages[0].startswith("2 files, likeness of this summary to the others 0.")
    assert documents[0].key == documents[1].key


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("一二三四五六七八九十（10字）", (10, 10)),
        ("一二三四五六七八九十一二三四五（约10字）", (10, 15)),
        ("one two three (3 words)", (3, 3)),
        ("没有注。", None),
        ("成立于1998年（26年）", None),
    ],
)
def test_a_note_of_length_is_held_against_the_text(
    summary: str, expected: tuple[int, int] | None
) -> None:
    """The claimed number and the true one."""
    assert length_note(summary) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://example.org/post", {"source-only-link"}),
        ('<a href="https://example.org/v">某某的微博视频</a>', {"source-only-link"}),
        ('<video src="https://example.org/v.mp4">视频无法显示</video>', {"source-only-link"}),
        ("<p> </p>", {"source-empty"}),
        ("好消息", set()),
        ("看这里 https://example.org/post 讲了风电叶片", set()),
    ],
)
def test_a_source_of_nothing_but_a_link_or_a_video(
    tmp_path: Path, source: str, expected: set[str]
) -> None:
    """A short post with words is a source; one without any beside its link is not."""
    write(tmp_path, "a", source, "一段摘要，说了些事情。")
    assert {code for code in codes(tmp_path)["a"] if code.startswith("source")} == expected


def test_each_problem_of_a_file_has_its_line(tmp_path: Path) -> None:
    """Problems that only the archive shows point into the file too."""
    for name in ("a", "b"):
        write(tmp_path, name, f"{name}篇的原文" * 9, "放之四海皆准的话在此。", url="https://a.b/1")
    document = next(read_archive(tmp_path, expected_language="en"))
    lines = {problem.code: problem.line for problem in document.problems}
    assert lines == {"metadata-source": 13, "url-repeated": 3, "summary-language": 9}


def test_a_pipe_is_named_and_not_waited_for(tmp_path: Path) -> None:
    """What is no regular file is unreadable."""
    os.mkfifo(tmp_path / "a.md")
    skipped: list[Skipped] = []
    assert list(read_archive(tmp_path, on_skip=skipped.append)) == []
    assert [(item.path, item.reason) for item in skipped] == [("a.md", "is no regular file")]


def test_json_lines_rows_are_documents_and_bad_rows_are_named(tmp_path: Path) -> None:
    """A row's own id is kept; a bad line is skipped by number and the rest is read."""
    path = tmp_path / "rows.jsonl"
    rows = [
        {
            "id": "x1",
            "source": "<p>文字内容</p>",
            "summary": "摘要",
            "url": "https://a.b/1",
            "lang": "zh",
        },
        {"text": "Plain text", "stored_summary": "Summary"},
        {"summary": "no source"},
    ]
    path.write_text("\n".join([*map(json.dumps, rows), "{broken"]), encoding="utf-8")
    skipped: list[Skipped] = []
    documents = list(read_archive(path, root=tmp_path, on_skip=skipped.append))
    assert [document.id for document in documents] == ["x1", "rows.jsonl#2"]
    assert documents[0].source_text == "文字内容"
    assert documents[0].metadata == {"lang": "zh"}
    assert [item.path for item in skipped] == ["rows.jsonl#3", "rows.jsonl#4"]
    assert {item.code for item in skipped} == {"unreadable"}


def test_parquet_rows_are_documents(tmp_path: Path) -> None:
    """The same fields as JSON Lines, read in batches."""
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    path = tmp_path / "rows.parquet"
    parquet.write_table(
        pyarrow.table({"id": ["a", "b"], "text": ["一", "二"], "summary": ["x", None]}), path
    )
    documents = list(read_archive(path, root=tmp_path))
    assert [(item.id, item.stored_summary) for item in documents] == [("a", "x"), ("b", None)]


def test_html_files_take_the_summary_beside_them(tmp_path: Path) -> None:
    """`x.html` with `x.summary.txt` is one document."""
    (tmp_path / "x.html").write_text("<p>文字</p>", encoding="utf-8")
    (tmp_path / "x.summary.txt").write_text("摘要\n", encoding="utf-8")
    (document,) = read_archive(tmp_path)
    assert (document.source_text, document.stored_summary) == ("文字", "摘要")


def test_one_bad_file_does_not_end_the_stream(tmp_path: Path) -> None:
    """It is named, and the others are read."""
    write(tmp_path, "good", "文字" * 20, "摘要")
    (tmp_path / "bad.parquet").write_bytes(b"not parquet")
    skipped: list[Skipped] = []
    assert len(list(read_archive(tmp_path, on_skip=skipped.append))) == 1
    assert [(item.path, item.code) for item in skipped] == [("bad.parquet", "unreadable")]


def test_two_documents_with_one_id_are_an_error(tmp_path: Path) -> None:
    """Ids would be ambiguous for every later command."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text('{"id": "same", "text": "t"}\n')
    with pytest.raises(ArchiveError, match=r"same: has the same id as a document of a\.jsonl"):
        list(read_archive(tmp_path))


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    """The path stands in the message."""
    with pytest.raises(ArchiveError, match="nowhere: no such file or folder"):
        list(read_archive(tmp_path / "nowhere"))


@pytest.mark.shared
def test_the_real_archive_is_read_whole(shared: Path) -> None:
    """1,122 documents of 550 sources, none unreadable; the two conflicts are found."""
    skipped: list[Skipped] = []
    documents = list(read_archive(shared / "corpus" / "papers", on_skip=skipped.append))
    assert (len(documents), skipped) == (1122, [])
    assert len({document.key for document in documents}) == 550
    found = Counter(problem.code for document in documents for problem in document.problems)
    assert found["conflict-markers"] == 2
    assert found["summary-length-note"] > 90
