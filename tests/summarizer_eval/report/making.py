"""Makes runs on disk and scores for them, so that the page is tested on the real contract."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from summarizer.document import Document, Problem, sha256_text
from summarizer.generation import Generation, request_key
from summarizer.jsonlines import Json, dump_line
from summarizer.models.base import Usage
from summarizer.run import PlannedDocument, Run, write_documents, write_json
from summarizer_eval.metric import Figure, Value
from summarizer_eval.report.data import gather
from summarizer_eval.report.page import write_page
from summarizer_eval.report.store import Store


@dataclass
class Scored:
    """Scores of one summary, as `scoring` gives them."""

    document_id: str
    sample: int
    values: Mapping[str, Value]


@dataclass
class RunScored:
    """Scores of one run, as `scoring` gives them."""

    figures: Mapping[str, Figure]
    scored: list[Scored]

    def rows(self) -> Iterator[Scored]:
        return iter(self.scored)


SOURCE = (
    "海湾城水务局周三公布，新建的第三净水厂日处理能力为12万吨，比第一净水厂高出三成。"
    "工程于2021年4月动工，总投资8.6亿元，由省建工集团承建。\n"
    "局长林远说，净水厂将在2024年6月前供水，覆盖城东约45万居民；老厂不会关闭，转为备用。"
    "The plant uses ultrafiltration membranes made by Norvale, at 0.02 micrometres."
)
STORED = "海湾城第三净水厂日处理12万吨，总投资8.6亿元，2024年6月前供水，覆盖约45万居民。"
NEW = "第三净水厂日处理12万吨，投资6.8亿元，将覆盖城东约45万居民，老厂转为备用。（官员称全球领先）"


def claim(summary: str, text: str, verdict: str, evidence: str, source: str, reason: str) -> Json:
    """A claim with its places looked up; offsets are code points."""
    start = summary.index(text)
    place = source.find(evidence) if evidence else -1
    found = None if place < 0 else {"start": place, "end": place + len(evidence), "text": evidence}
    return {
        "start": start,
        "end": start + len(text),
        "text": text,
        "kind": "number",
        "verdict": verdict,
        "reason": reason,
        "confidence": 0.93,
        "checker": "rules.1/quantity",
        "evidence": found,
        "evidence_all": [{"in": "source", **found}] if found else [],
    }


def new_claims() -> list[Json]:
    """Claims of `NEW`, one of each verdict."""
    return [
        claim(NEW, "日处理12万吨", "supported", "日处理能力为12万吨", SOURCE, "数量一致"),
        claim(NEW, "投资6.8亿元", "contradicted", "总投资8.6亿元", SOURCE, "原文为8.6亿元"),
        claim(NEW, "覆盖城东约45万居民", "supported", "覆盖城东约45万居民", SOURCE, ""),
        claim(NEW, "老厂转为备用", "unchecked", "", SOURCE, ""),
        claim(NEW, "官员称全球领先", "unsupported", "", SOURCE, "原文没有这一说法"),
    ]


def document(number: int, *, title: str | None = None, source: str = SOURCE) -> Document:
    """A document of its own source."""
    problems = (
        (Problem("summary-length-note", "The length note is untrue."),) if number % 7 == 3 else ()
    )
    return Document(
        id=f"weibo/2024-0{1 + number % 9}/post-{number:04}.md",
        path=f"weibo/post-{number:04}.md",
        url=f"https://weibo.com/detail/{number}",
        title=title if title is not None else f"第{number}号：海湾城第三净水厂投产",
        metadata={"保存时间": f"2024-0{1 + number % 9}-1{number % 9} 08:30:00", "来源": "微博"},
        source="",
        source_text=source,
        stored_summary=STORED,
        source_sha256="0" * 64,
        summary_sha256=sha256_text(STORED),
        problems=problems,
    )


def generation(entry: Document, *, prompt: str, model: str, summary: str | None) -> Generation:
    """A reply for a document, or a failure where there is no summary."""
    seed = random.Random(ascii([entry.id, prompt, model]))
    key = request_key([], model=model, endpoint="", params={"p": prompt, "d": entry.id}, sample=0)
    return Generation(
        key=key,
        document=entry.id,
        text_sha256=entry.text_sha256,
        prompt=prompt,
        prompt_sha256="0" * 64,
        model=model,
        endpoint="api.example.org/v1",
        params={"temperature": 0},
        sample=0,
        reply=None,
        summary=summary,
        status="ok" if summary is not None else "refused",
        usage=Usage(700 + seed.randrange(90), 90 + seed.randrange(40)),
        cost_usd=round(0.0002 + seed.random() / 5000, 6),
        latency_s=round(0.4 + seed.random() * 2, 3),
        created_at="2026-01-02T03:04:05Z",
    )


def write_run(
    folder: Path,
    documents: list[Document],
    *,
    prompt: str = "brief_zh",
    model: str = "tiny-1",
    summary: Callable[[Document], str | None] = lambda entry: NEW,
) -> Run:
    """A run directory as `regenerate` leaves it."""
    folder.mkdir(parents=True)
    made = [
        generation(entry, prompt=prompt, model=model, summary=summary(entry)) for entry in documents
    ]
    info: Json = {
        "schema": 1,
        "created_at": "2026-01-02T03:04:05Z",
        "prompt": {"name": prompt, "sha256": "0" * 64, "text": "请概括：{{ source_text }}"},
        "model": {"spec": f"openai:{model}", "name": model},
        "endpoint": "api.example.org/v1",
        "params": {"temperature": 0},
        "samples": 1,
    }
    write_json(folder / "run.json", info)
    write_documents(
        folder,
        [PlannedDocument(entry, (row.key,)) for entry, row in zip(documents, made, strict=True)],
    )
    with (folder / "generations.jsonl").open("wb") as stream:
        for row in made:
            stream.write(dump_line(row.to_json()))
    return Run.open(folder)


def scores_for(run: Run, *, shift: float = 0.0) -> RunScored:
    """Made-up scores of a run: values of the right shape, claims that stand in the texts."""
    scored = []
    for entry in run.generations():
        seed = random.Random(ascii([entry.document, entry.model]))
        if entry.summary is None:
            values = {name: Value(None, "no-summary") for name in ("faithfulness", "rougeL")}
        else:
            claims = new_claims() if entry.summary == NEW else []
            values = {
                "rougeL": Value(min(1.0, max(0.0, seed.gauss(0.52 + shift, 0.12)))),
                "source_rougeL": Value(min(1.0, max(0.0, seed.gauss(0.3 + shift, 0.08)))),
                "faithfulness": Value(
                    min(1.0, max(0.0, seed.gauss(0.9 + shift / 2, 0.08))),
                    detail={"claims": claims},
                ),
                "contradicted": Value(float(seed.random() < 0.2)),
            }
        scored.append(Scored(entry.document, entry.sample, values))
    figures = {
        name: _figure(name, scored)
        for name in ("rougeL", "source_rougeL", "faithfulness", "contradicted")
    }
    return RunScored(figures, scored)


def _figure(name: str, scored: list[Scored]) -> Figure:
    values = [entry.values[name].value for entry in scored if name in entry.values]
    known = [value for value in values if value is not None]
    mean = sum(known) / len(known) if known else None
    band = (0.04, 0.66) if name == "rougeL" else (None, None)
    return Figure(
        mean=mean,
        low=None if mean is None else mean - 0.02,
        high=None if mean is None else mean + 0.02,
        n_documents=len(known),
        n_clusters=len(known),
        unscored={"no-summary": len(scored) - len(known)} if len(known) < len(scored) else {},
        direction="lower" if name == "contradicted" else "higher",
        signature=f"metric:{name}|tok:cjk.1|ref:stored (rouge-score:0.1.2)",
        floor=band[0],
        ceiling=band[1],
    )


def comparison(names: list[str]) -> Json:
    """Differences as ``compare --json`` has them."""
    entry = {
        "difference": -0.031, "low": -0.05, "high": -0.012, "low_adjusted": -0.056,
        "high_adjusted": -0.006, "p": 0.004, "p_adjusted": 0.012, "wins": 11, "ties": 3,
        "losses": 26, "mde": 0.02, "verdict": "worse", "primary": True,
        "worst": [{"document": "weibo/2024-02/post-0001.md", "difference": -0.2}], "best": [],
    }  # fmt: skip
    flat = {**entry, "difference": 0.004, "low": -0.011, "high": 0.019}
    flat |= {
        "low_adjusted": -0.015,
        "high_adjusted": 0.023,
        "p": 0.6,
        "p_adjusted": 1.0,
        "verdict": "can't tell",
    }
    return {
        "baseline": names[0],
        "ranks": {"rougeL": {name: 1 + index for index, name in enumerate(names)}},
        "candidates": [
            {"run": name, "variant": index, "metrics": {"rougeL": entry, "faithfulness": flat}}
            for index, name in enumerate(names[1:], start=1)
        ],
    }


@dataclass
class Made:
    """A gathered report."""

    head: Json
    store: Store
    path: Path


def make_report(
    folder: Path,
    *,
    documents: list[Document],
    variants: int = 2,
    title: str = "brief_zh · bullets_zh",
    summary: Callable[[Document], str | None] = lambda entry: NEW,
    models: list[str] | None = None,
) -> Made:
    """Runs, scores, store and page in one go."""
    names = ["old", "new", "third", "fourth"][:variants]
    runs = [
        write_run(
            folder / name,
            documents,
            model=(models or ["tiny-1"])[index % len(models or [1])],
            prompt="brief_zh" if index % 2 == 0 else "bullets_zh",
            summary=summary if index else (lambda entry: STORED),
        )
        for index, name in enumerate(names)
    ]
    scores = [scores_for(run, shift=-0.03 * index) for index, run in enumerate(runs)]
    store = Store(folder / "report.sqlite")
    head = gather(
        runs,
        scores,
        store,
        names=names,
        comparison=comparison(names) if variants > 1 else None,
        title=title,
        made_by="summarizer-toolkit 0.1.0",
        created_at="2026-01-02T03:04:05Z",
        commands=["summarizer score old new", "summarizer report old new --out report.html"],
        messages=lambda run, entry: [{"role": "user", "content": ["请概括：", 0]}],
        stored_claims=lambda entries: (
            [claim(STORED, "日处理12万吨", "supported", "日处理能力为12万吨", SOURCE, "数量一致")]
            if entry.stored_summary == STORED and entry.source_text == SOURCE
            else []
            for entry in entries
        ),
    )
    page = folder / "report.html"
    write_page(head, store, page)
    return Made(head, store, page)
