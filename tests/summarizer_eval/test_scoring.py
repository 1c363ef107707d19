"""Scoring a run: incremental, deterministic, and honest about what has no score."""

from __future__ import annotations

from pathlib import Path

import pytest

from summarizer.document import Document
from summarizer.errors import InputError
from summarizer.generation import Generation
from summarizer.jsonlines import read_lines, write_lines
from summarizer.run import PlannedDocument, Run, write_documents, write_json
from summarizer_eval import scale
from summarizer_eval.metric import Item, Value
from summarizer_eval.scoring import position, score
from summarizer_eval.signature import Signature

METRICS = ["scored_share", "rouge", "rougeLsum", "form", "extractive"]


def make_run(folder: Path, replies: list[str | None], *, name: str = "run") -> Path:
    """A run of as many documents; each two share one source."""
    path = folder / name
    path.mkdir()
    planned, rows = [], []
    for number, reply in enumerate(replies):
        document = Document(
            id=f"{number}.md",
            path=f"{number}.md",
            url=f"https://example.org/{number // 2}",
            title="t",
            metadata={},
            source="",
            source_text=f"第{number // 2}家公司今天发布了新模型，速度提高了{number // 2}成。",
            stored_summary=f"公司{'甲乙丙丁'[number % 4]}发布模型，提速{number // 2}成",
            source_sha256="0",
            summary_sha256="0",
        )
        key = f"{number:032x}"
        planned.append(PlannedDocument(document, (key,)))
        status = "ok" if reply else "error"
        rows.append(
            Generation(
                key, document.id, document.text_sha256, "p", "0", "m", "e", {}, 0, {}, reply, status
            ).to_json()
        )
    write_json(path / "run.json", {"schema": 1, "prompt": {"name": "p"}, "model": {"name": "m"}})
    write_documents(path, planned)
    write_lines(path / "generations.jsonl", rows)
    return path


def test_unscored_is_not_zero(tmp_path: Path) -> None:
    """A failed generation lowers `scored_share` and leaves the mean of ROUGE alone."""
    path = make_run(tmp_path, ["公司甲发布模型，提速0成", None])
    figures = score(path, metrics=METRICS)[0].figures
    assert figures["scored_share"].mean == 0.5
    assert (figures["rouge1"].mean, figures["rouge1"].n_documents) == (1.0, 1)
    assert figures["rouge1"].unscored == {"no-summary": 1}


def test_means_are_taken_within_sources(tmp_path: Path) -> None:
    """Two files of one source weigh as much as one file of another."""
    path = make_run(tmp_path, ["一二三四", "一二", "一二三四五六"])
    figure = score(path, metrics=["length"])[0].figures["length"]
    assert figure.mean == pytest.approx((3 + 6) / 2)
    assert (figure.n_documents, figure.n_clusters) == (3, 2)


def test_bytes_do_not_depend_on_the_way(tmp_path: Path) -> None:
    """At once, in steps, again and over two processes: the same files to the byte."""
    replies = [f"公司发布模型，提速{n}成" for n in range(12)]
    once, steps, two = (make_run(tmp_path, replies, name=n) for n in ("once", "steps", "two"))
    score(once, metrics=METRICS)
    score(steps, metrics=METRICS[:2])
    score(steps, metrics=METRICS[2:])
    score(steps, metrics=METRICS)
    score(two, metrics=METRICS, jobs=2)
    for name in ("scores.jsonl", "scores.json"):
        expected = (once / name).read_bytes()
        assert expected == (steps / name).read_bytes()
        assert expected == (two / name).read_bytes()


def test_only_what_is_new_is_measured(tmp_path: Path) -> None:
    """A line that holds still is kept as it is; one whose reply changed is measured again."""
    path = make_run(tmp_path, ["一二三", "一二三四"])
    score(path, metrics=["form"])
    rows = [row for _, row in read_lines(path / "scores.jsonl")]
    for row in rows:
        row["values"]["length"] = 99.0  # a mark that a new measurement would wipe out
    write_lines(path / "scores.jsonl", rows)
    generations = [row for _, row in read_lines(path / "generations.jsonl")]
    write_lines(path / "generations.jsonl", [generations[0], {**generations[1], "summary": "一"}])
    result = score(path, metrics=["length"])[0]
    assert [row.values["length"].value for row in result.rows()] == [99.0, 1.0]


def test_scale_lies_between_chance_and_agreement(tmp_path: Path) -> None:
    """Pairs of one source give the ceiling, pairs of others the floor."""
    path = make_run(tmp_path, ["公司甲发布模型，提速0成"] * 8)
    result = score(path, metrics=["rouge"])[0]
    figure = result.figures["rouge1"]
    assert figure.floor is not None
    assert figure.ceiling is not None
    assert figure.floor < figure.ceiling
    assert result.scale["rouge1"]["n_sources"] == 4
    place = position(figure)
    assert place == pytest.approx((figure.mean - figure.floor) / (figure.ceiling - figure.floor))


def test_references_of_one_source(tmp_path: Path) -> None:
    """`same-url-max` finds the summary of the twin; the signature says so."""
    path = make_run(tmp_path, ["公司乙发布模型，提速0成", "x"])
    own = score(path, metrics=["rouge"])[0].figures["rouge1"]
    best = score(path, metrics=["rouge"], references="same-url-max")[0]
    first = next(iter(best.rows())).values["rouge1"]
    assert first.value == 1.0
    assert "refs:same-url-max" in best.figures["rouge1"].signature
    assert own.signature != best.figures["rouge1"].signature


def test_an_unfinished_run_is_scored(tmp_path: Path) -> None:
    """Planned requests without a line count as having no summary."""
    path = make_run(tmp_path, ["一二三", "一二"])
    rows = [row for _, row in read_lines(path / "generations.jsonl")]
    write_lines(path / "generations.jsonl", rows[:1])
    assert score(Run.open(path), metrics=["scored_share"])[0].figures["scored_share"].mean == 0.5


def test_what_a_killed_process_measured_is_kept(tmp_path: Path) -> None:
    """A file left behind by `kill -9`, torn last line and all, is read, and then goes."""
    whole, torn = (
        make_run(tmp_path, ["一二三", "一二"], name="a"),
        make_run(tmp_path, ["一二三", "一二"]),
    )
    score(whole, metrics=["form"])
    rows = [row for _, row in read_lines(whole / "scores.jsonl")]
    rows[0]["values"]["length"] = 99.0  # a mark that a new measurement would wipe out
    left = torn / ".scores.jsonl.1.tmp"
    write_lines(left, rows[:1])
    with left.open("ab") as stream:
        stream.write(b'{"schema":1,"key"')
    result = score(torn, metrics=["length"])[0]
    assert [row.values["length"].value for row in result.rows()] == [99.0, 2.0]
    assert not list(torn.glob(".scores*"))


def test_other_references_leave_other_metrics_alone(tmp_path: Path) -> None:
    """`same-url` measures ROUGE anew; length keeps its line, and so does ROUGE by the old rule."""
    path = make_run(tmp_path, ["一二三", "一二三四"])
    score(path, metrics=["form", "rouge"])
    rows = [row for _, row in read_lines(path / "scores.jsonl")]
    for row in rows:
        row["values"] = dict.fromkeys(row["values"], 0.25)
    write_lines(path / "scores.jsonl", rows)
    other = score(path, metrics=["length", "rouge1"], references="same-url")[0].figures
    again = score(path, metrics=["rouge1"])[0].figures
    assert (other["length"].mean, again["rouge1"].mean) == (0.25, 0.25)
    assert other["rouge1"].mean != 0.25
    assert score(path, metrics=["length"], refresh=True)[0].figures["length"].mean == 3.5


class Faulty:
    """A user's metric with a fault that the test chooses."""

    names = ("faulty", "second")
    directions = {"faulty": "higher", "second": "higher"}  # noqa: RUF012
    against = None

    def __init__(self, values: dict[str, Value] | Exception) -> None:
        self.values = values

    def signature(self, name: str) -> Signature:
        """Named."""
        return Signature({"metric": name})

    def score(self, item: Item) -> dict[str, Value]:
        """What the test gave."""
        if isinstance(self.values, Exception):
            raise self.values
        return self.values


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        ({"faulty": Value(1.0)}, "no value for second"),
        ({"faulty": Value(1.0), "second": Value(float("nan"))}, "nan is no score"),
    ],
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_faulty_metric_is_named_with_its_document(
    tmp_path: Path, values: dict[str, Value] | Exception, said: str, jobs: int
) -> None:
    """An exception, a missing name or a value that is no number is bad input, never a score."""
    path = make_run(tmp_path, ["一二三", "一二三四"])
    with pytest.raises(InputError, match=f"metric faulty, 0.md: {said}"):
        score(path, metrics=[Faulty(values)], jobs=jobs)


def test_a_failure_costs_no_line_that_was_there(tmp_path: Path) -> None:
    """Whatever was measured before stays in the file when another metric fails."""
    path = make_run(tmp_path, ["一二三", "一二三四", "一"])
    score(path, metrics=["form"])
    before = (path / "scores.jsonl").read_bytes()
    with pytest.raises(InputError, match="faulty"):
        score(path, metrics=[Faulty(ValueError("no"))])
    assert (path / "scores.jsonl").read_bytes() == before


def test_an_archive_of_any_size_has_a_bounded_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs are sampled, seeded: the same each time, and no more than the limits say."""
    monkeypatch.setattr(scale, "SOURCES", 3)
    monkeypatch.setattr(scale, "PAIRS_A_SOURCE", 2)
    documents = [
        Document(f"{n}", f"{n}", f"https://example.org/{n % 9}", "t", {}, "", f"第{n % 9}篇",
                 f"摘要{n}", "0", "0")
        for n in range(90)
    ]  # fmt: skip
    first, second = (scale.Pool(lambda: iter(documents), seed=1).pairs() for _ in range(2))
    assert first == second
    strangers, twins = first
    assert (len(strangers), len(twins), {len(pairs) for pairs in twins}) == (1000, 3, {2})
    assert all(one.key == two.key for pairs in twins for one, two in pairs)
    assert all(one.key != two.key for one, two in strangers)


def test_intervals_keep_to_what_a_mean_can_be(tmp_path: Path) -> None:
    """A share is at most 1 and a count at least 0, however wide the interval of a few sources."""
    path = make_run(
        tmp_path, ["公司甲发布模型，提速0成", "公司", "公司丙发布模型，提速1成", "公司"]
    )
    figures = score(path, metrics=["rouge", "form", "faithfulness"])[0].figures
    bounds = {name: (figure.low, figure.high) for name, figure in figures.items()}
    assert all(low is None or low >= 0 for low, _ in bounds.values())
    assert all(bounds[name][1] <= 1 for name in ("rouge1", "rouge2", "rougeL"))
