"""Summaries reach the archive, and nothing else of it changes."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from summarizer.apply import Applied, Applier, Options, candidates
from summarizer.archive import read_archive
from summarizer.errors import ArchiveError, InputError
from summarizer.run import Run
from summarizer.writeback import Journal, locked, undo

MakeRun = Callable[..., Run]


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def apply(run: Run, archive: Path, **options: object) -> dict[str, Applied]:
    applier = Applier(archive, run.path / "applied.jsonl", Options(**options))  # type: ignore[arg-type]
    return {entry.candidate.document.id: entry for entry in applier.apply(candidates(run))}


def actions(results: dict[str, Applied]) -> dict[str, str]:
    return {name: entry.action for name, entry in results.items()}


def test_only_the_summary_changes(archive: Path, make_run: MakeRun) -> None:
    """Line ends, BOM, trailing spaces and bytes that are no UTF-8 stay where they are."""
    before = contents(archive)
    run = make_run(
        archive, {"2025/plain.md": "新的。", "2025/crlf.md": "一行\n两行", "2025/odd.md": "新"}
    )
    results = apply(run, archive)
    expected = dict(before)
    expected["2025/plain.md"] = before["2025/plain.md"].replace(
        "风筝飞到30米高。".encode(), "新的。".encode()
    )
    expected["2025/crlf.md"] = before["2025/crlf.md"].replace(
        "风筝飞得很高。".encode(), "一行\r\n两行".encode()
    )
    expected["2025/odd.md"] = before["2025/odd.md"].replace("旧摘要".encode(), "新".encode())
    assert contents(archive) == expected
    assert set(actions(results).values()) == {"written"}


def test_applying_twice_changes_nothing(archive: Path, make_run: MakeRun) -> None:
    """The second time every document holds the new text already."""
    run = make_run(archive, {"2025/plain.md": "新的。", "2025/crlf.md": "新"})
    apply(run, archive, provenance="摘要模型")
    once = contents(archive)
    assert actions(apply(run, archive, provenance="摘要模型")) == {
        "2025/crlf.md": "unchanged",
        "2025/plain.md": "unchanged",
    }
    assert contents(archive) == once


def test_undo_brings_back_the_exact_bytes(archive: Path, make_run: MakeRun) -> None:
    """Two runs are applied one after the other, and both are taken back."""
    before = contents(archive)
    run = make_run(archive, {"2025/plain.md": "第一次。", "2025/odd.md": "新"})
    apply(run, archive)
    again = make_run(archive, {"2025/plain.md": "第二次。"}, "again")
    assert actions(apply(again, archive)) == {"2025/plain.md": "written"}
    assert [u.action for u in undo(Journal(again.path / "applied.jsonl"))] == ["restored"]
    undone = list(undo(Journal(run.path / "applied.jsonl")))
    assert [entry.action for entry in undone] == ["restored", "restored"]
    assert contents(archive) == before
    assert list(undo(Journal(run.path / "applied.jsonl"))) == []


def test_undo_leaves_alone_what_changed_since(archive: Path, make_run: MakeRun) -> None:
    """A file that a person edited after us keeps the person's text."""
    run = make_run(archive, {"2025/plain.md": "新的。"})
    apply(run, archive)
    edited = (archive / "2025/plain.md").read_bytes() + "人工修改\n".encode()
    (archive / "2025/plain.md").write_bytes(edited)
    assert [entry.action for entry in undo(Journal(run.path / "applied.jsonl"))] == ["kept"]
    assert (archive / "2025/plain.md").read_bytes() == edited


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [("30 metres", "40 metres", "source"), ("30米高", "三十米高", "summary")],
)
def test_a_changed_document_is_refused(
    archive: Path, make_run: MakeRun, old: str, new: str, reason: str
) -> None:
    """What changed since the run is written under `force` only."""
    run = make_run(archive, {"2025/plain.md": "新的。"})
    path = archive / "2025/plain.md"
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
    refused = apply(run, archive)["2025/plain.md"]
    assert (refused.action, f"its {reason} changed since the run" in refused.reason) == (
        "refused",
        True,
    )
    assert actions(apply(run, archive, force=True)) == {"2025/plain.md": "written"}


@pytest.mark.parametrize(
    "summary",
    [
        "好。\n\n## 元数据\n\n- **a**: b",
        "好。\n\n## AI 摘要\n\n再来",
        "<<<<<<< HEAD\n好",
        "=======",
    ],
)
def test_a_summary_cannot_break_the_document(
    archive: Path, make_run: MakeRun, summary: str
) -> None:
    """Section headings and conflict markers in a reply are refused."""
    before = contents(archive)
    run = make_run(archive, {"2025/plain.md": summary})
    assert actions(apply(run, archive)) == {"2025/plain.md": "refused"}
    assert contents(archive) == before


def test_repair_leaves_one_section_and_no_conflict(archive: Path, make_run: MakeRun) -> None:
    """Doubled and conflicting sections are skipped, and put right on request."""
    wanted = {"2025/doubled.md": "新的一。", "2025/conflict.md": "新的二。"}
    run = make_run(archive, wanted)
    assert set(actions(apply(run, archive)).values()) == {"skipped"}
    assert set(actions(apply(run, archive, repair=True)).values()) == {"written"}
    found = {document.id: document for document in read_archive(archive, root=archive)}
    for name, summary in wanted.items():
        assert found[name].stored_summary == summary
        codes = {problem.code for problem in found[name].problems}
        assert codes & {"summary-doubled", "summary-conflict", "conflict-markers"} == set()


def test_a_missing_section_is_made_on_request(archive: Path, make_run: MakeRun) -> None:
    """`repair` puts a summary section before the metadata."""
    path = archive / "2025/plain.md"
    text = path.read_text(encoding="utf-8")
    head, rest = text.split("## AI 摘要")
    path.write_text(head + "## 元数据" + rest.split("## 元数据")[1], encoding="utf-8")
    run = make_run(archive, {"2025/plain.md": "新的。"})
    assert actions(apply(run, archive)) == {"2025/plain.md": "skipped"}
    assert actions(apply(run, archive, repair=True)) == {"2025/plain.md": "written"}
    assert path.read_text(encoding="utf-8") == (
        head.rstrip() + "\n\n## AI 摘要\n\n新的。\n\n## 元数据" + rest.split("## 元数据")[1]
    )


def test_provenance_is_one_line_of_the_metadata(archive: Path, make_run: MakeRun) -> None:
    """The line is made once and brought up to date after."""
    run = make_run(archive, {"2025/plain.md": "新的。"})
    apply(run, archive, provenance="摘要模型")
    text = (archive / "2025/plain.md").read_text(encoding="utf-8")
    assert text.endswith("- **来源**: 示例\n- **摘要模型**: imported · imported@e3b0c442\n")


def test_a_copy_elsewhere_leaves_the_archive_alone(
    archive: Path, make_run: MakeRun, tmp_path: Path
) -> None:
    """`to` writes the changed files below another folder; another file there is not replaced."""
    before = contents(archive)
    run = make_run(archive, {"2025/plain.md": "新的。", "2025/odd.md": "新"})
    (tmp_path / "out/2025").mkdir(parents=True)
    (tmp_path / "out/2025/odd.md").write_text("mine", encoding="utf-8")
    assert actions(apply(run, archive, to=tmp_path / "out")) == {
        "2025/odd.md": "refused",
        "2025/plain.md": "written",
    }
    assert contents(archive) == before
    assert contents(tmp_path / "out") == {
        "2025/odd.md": b"mine",
        "2025/plain.md": before["2025/plain.md"].replace(
            "风筝飞到30米高。".encode(), "新的。".encode()
        ),
    }
    assert [u.action for u in undo(Journal(run.path / "applied.jsonl"))] == ["removed"]
    assert list(contents(tmp_path / "out")) == ["2025/odd.md"]


def test_links_and_ways_out_are_refused(archive: Path, make_run: MakeRun, tmp_path: Path) -> None:
    """Nothing is written through a symbolic link."""
    run = make_run(archive, {"2025/plain.md": "新的。"})
    outside = tmp_path / "outside.md"
    (archive / "2025/plain.md").rename(outside)
    (archive / "2025/plain.md").symlink_to(outside)
    kept = outside.read_bytes()
    result = apply(run, archive)["2025/plain.md"]
    assert (result.action, "symbolic link" in result.reason) == ("refused", True)
    assert outside.read_bytes() == kept


def test_modes_stay(archive: Path, make_run: MakeRun) -> None:
    """A file has the permissions that it had."""
    path = archive / "2025/plain.md"
    path.chmod(0o640)
    apply(make_run(archive, {"2025/plain.md": "新的。"}), archive)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_second_writer_is_refused(archive: Path, make_run: MakeRun) -> None:
    """While one process writes to an archive, another is told so."""
    run = make_run(archive, {"2025/plain.md": "新的。"})
    with locked(archive), pytest.raises(ArchiveError, match="another process"):
        apply(run, archive)


def test_failed_and_absent_summaries_are_skipped(archive: Path, make_run: MakeRun) -> None:
    """A reply without text is never written."""
    before = contents(archive)
    run = make_run(archive, {"2025/plain.md": None, "2025/odd.md": "  "})
    assert set(actions(apply(run, archive, all=True)).values()) == {"skipped"}
    assert contents(archive) == before


def test_uncommitted_changes_are_refused(archive: Path, make_run: MakeRun) -> None:
    """Files that git could not bring back are not written; our own writes do not count."""

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", "-C", str(archive), *identity, *arguments], check=True,
                       capture_output=True)  # fmt: skip

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "archive")
    path = archive / "2025/plain.md"
    path.write_bytes(path.read_bytes().replace("示例".encode(), "改过".encode()))
    run = make_run(archive, {"2025/plain.md": "新的。", "2025/odd.md": "新"})

    def refuse(**options: object) -> None:
        applier = Applier(archive, run.path / "applied.jsonl", Options(**options))  # type: ignore[arg-type]
        applier.refuse_uncommitted(candidates(run))

    with pytest.raises(ArchiveError, match=r"plain\.md: has uncommitted changes"):
        refuse()
    refuse(allow_dirty=True)
    git("commit", "-qam", "changed")
    refuse()
    apply(run, archive)
    refuse()  # nothing of it would change again


def test_rows_go_elsewhere_and_keep_their_bytes(make_run: MakeRun, tmp_path: Path) -> None:
    """Of a JSON Lines file only the values of the new summaries change."""
    archive = tmp_path / "rows"
    archive.mkdir()
    lines = [
        '{"id": "a", "n": 1.50, "source": "The kite flew.",  "summary": "旧"  }\n',
        "\n",
        '{"id":"b","source":"The boat sank.","summary":null,"extra":{"summary":"内"}}\r\n',
        "broken\n",
        '{"id": "c", "source": "The train left."}\n',
    ]
    data = "".join(lines).encode()
    (archive / "all.jsonl").write_bytes(data)
    run = make_run(archive, {"a": '新 "甲"', "b": "新乙", "c": "新丙"})
    assert set(actions(apply(run, archive)).values()) == {"refused"}
    assert set(actions(apply(run, archive, to=tmp_path / "out")).values()) == {"written"}
    lines[0] = lines[0].replace('"旧"', '"新 \\"甲\\""')
    lines[2] = lines[2].replace("null", '"新乙"')
    lines[4] = '{"id": "c", "source": "The train left.", "stored_summary": "新丙"}\n'
    assert (tmp_path / "out/all.jsonl").read_bytes() == "".join(lines).encode()
    assert (archive / "all.jsonl").read_bytes() == data


def test_parquet_goes_elsewhere(make_run: MakeRun, tmp_path: Path) -> None:
    """Schema and the other columns stay."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    archive = tmp_path / "rows"
    archive.mkdir()
    table = pyarrow.table({"id": ["a", "b"], "source": ["One.", "Two."], "summary": ["一", None]})
    parquet.write_table(table, archive / "all.parquet")
    run = make_run(archive, {"b": "新乙"})
    assert actions(apply(run, archive, to=tmp_path / "out")) == {"b": "written"}
    copied = parquet.read_table(tmp_path / "out/all.parquet")
    assert copied.schema == table.schema
    assert copied.to_pydict() == {
        "id": ["a", "b"], "source": ["One.", "Two."], "summary": ["一", "新乙"],
    }  # fmt: skip


def test_html_has_its_summary_beside_it(make_run: MakeRun, tmp_path: Path) -> None:
    """The HTML file stays; the summary's file changes or is made."""
    archive = tmp_path / "pages"
    archive.mkdir()
    (archive / "a.html").write_text("<p>The kite flew.</p>", encoding="utf-8")
    (archive / "a.txt").write_bytes("  旧\r\n\r\n".encode())
    (archive / "b.html").write_text("<p>The boat sank.</p>", encoding="utf-8")
    run = make_run(archive, {"a.html": "新\n甲", "b.html": "乙"})
    apply(run, archive)
    assert contents(archive) == {
        "a.html": b"<p>The kite flew.</p>",
        "a.txt": "  新\r\n甲\r\n\r\n".encode(),
        "b.html": b"<p>The boat sank.</p>",
        "b.summary.txt": "乙\n".encode(),
    }


def test_the_target_is_another_folder(archive: Path, make_run: MakeRun) -> None:
    """`to` the archive itself is refused."""
    run = make_run(archive, {"2025/plain.md": "新的。"})
    with pytest.raises(InputError, match="is the archive itself"):
        Applier(archive, run.path / "applied.jsonl", Options(to=archive))


_WRITER = """
import sys
from pathlib import Path
from summarizer.apply import Applier, Options, candidates
from summarizer.run import Run
run, archive = Run.open(sys.argv[1]), Path(sys.argv[2])
print("go", flush=True)
for _ in Applier(archive, run.path / "applied.jsonl", Options()).apply(candidates(run)):
    pass
"""


@pytest.mark.slow
def test_kill_leaves_every_file_old_or_new(make_run: MakeRun, tmp_path: Path) -> None:
    """SIGKILL at 50 random moments: each file is whole, old or new, and undo brings all back."""
    archive = tmp_path / "archive"
    archive.mkdir()
    old = {f"{n:03}.md": _padded(f"旧摘要{n}。", n) for n in range(60)}
    new = {f"{n:03}.md": _padded(f"新的摘要{n}！", n) for n in range(60)}
    for name, data in old.items():
        (archive / name).write_bytes(data)
    run = make_run(archive, {f"{n:03}.md": f"新的摘要{n}！" for n in range(60)})
    generator = random.Random(7)
    mixed = 0
    for _ in range(50):
        process = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(run.path), str(archive)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(generator.uniform(0, 0.12))
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
        process.stdout.close()
        found = {path.name: path.read_bytes() for path in archive.glob("*.md")}
        assert [name for name in old if found[name] not in (old[name], new[name])] == []
        changed = sum(found[name] == new[name] for name in old)
        mixed += 0 < changed < len(old)
        assert (
            {u.action for u in undo(Journal(run.path / "applied.jsonl"))}
            <= {
                "restored",
                "unchanged",
            }
            if (run.path / "applied.jsonl").exists()
            else True
        )
        assert contents(archive) == old
    assert mixed > 0, "no kill fell into the middle of the work"


def _padded(summary: str, n: int) -> bytes:
    source = "The kite flew 30 metres high over the harbour. " * 40
    return (
        f"# Kite {n}\n\n**URL**: https://example.org/{n}\n\n## 原始摘要\n\n{source}\n\n"
        f"## AI 摘要\n\n{summary}\n\n## 元数据\n\n- **来源**: 示例\n"
    ).encode()


def test_a_torn_journal_line_is_passed_over(archive: Path, make_run: MakeRun) -> None:
    """A crash while the journal is written loses nothing: that file had not been touched."""
    before = contents(archive)
    run = make_run(archive, {"2025/plain.md": "新的。"})
    journal = run.path / "applied.jsonl"
    journal.write_bytes(json.dumps({"schema": 1, "action": "write"}).encode()[:-5])
    apply(run, archive)
    assert [entry.action for entry in undo(Journal(journal))] == ["restored"]
    assert contents(archive) == before
    assert [path.name for path in archive.iterdir()] == ["2025"]
