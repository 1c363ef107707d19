"""Size, write time and time to first render of the report of a large comparison.

    python benchmarks/report.py --documents 5000 --variants 4

Makes runs with generated Chinese texts (about 900 characters a source, 120 a summary), scores
them, writes the page and opens it in Chromium (Debian's, headless) from disk with a cold cache.
"First render" is the time from navigation to the finished overview; "table" and "document" are
the times to the first rows and to one document, from the click; "scroll" is the longest time
between two frames while the whole table goes by. "Write" checks the claims of the stored summaries
with all cores; "write again" reads them from the first run.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

from summarizer.document import Document
from summarizer.generation import Generation, request_key
from summarizer.jsonlines import dump_line
from summarizer.models.base import Usage
from summarizer.run import PlannedDocument, Run, write_documents, write_json

TEXT = """
公司 发布 模型 数据 增长 研究 团队 表示 今年 市场 用户 系统 计划 投资 亿元 城市 工程 能力 提高
百分之三 测试 结果 显示 芯片 训练 开源 平台 服务 价格 下降 上升 北京 上海 大学 教授 论文 方法
Google OpenAI 3.5% 120万 2024年 7月 GPU 参数 推理 速度 成本 合作 协议 政策 监管 风险 安全
"""
WORDS = TEXT.split()
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

SCROLL = """async () => {
    const table = document.querySelector(".viewport");
    let last = await new Promise(requestAnimationFrame);
    let longest = 0;
    for (let step = 0; step < 120; step++) {
        table.scrollTop = (step / 120) * table.scrollHeight;
        const now = await new Promise(requestAnimationFrame);
        longest = Math.max(longest, now - last);
        last = now;
    }
    table.scrollTop = 0;
    await new Promise(requestAnimationFrame);
    return longest;
}"""


def text(seed: random.Random, words: int) -> str:
    """Sentences of ten words or so."""
    parts = []
    for number in range(words):
        parts.append(seed.choice(WORDS))
        if number % 11 == 10:
            parts.append("。")
    return "".join(parts) + "。"


def make_documents(count: int) -> list[Document]:
    """Documents of their own sources."""
    seed = random.Random(7)
    return [
        Document(
            id=f"papers/{number:05}.md",
            path=f"papers/{number:05}.md",
            url=f"https://example.org/{number}",
            title=text(seed, 9),
            metadata={"保存时间": f"2024-{1 + number % 12:02}-{1 + number % 28:02}"},
            source="",
            source_text=text(seed, 400),
            stored_summary=text(seed, 55),
            source_sha256="0" * 64,
            summary_sha256="0" * 64,
        )
        for number in range(count)
    ]


def write_run(folder: Path, documents: list[Document], variant: int) -> Run:
    """A run whose summaries share sentences with their sources."""
    seed = random.Random(variant)
    folder.mkdir(parents=True)
    info = {
        "schema": 1,
        "created_at": "2026-01-01T00:00:00Z",
        "prompt": {"name": f"prompt-{variant}", "sha256": "0" * 64, "text": ""},
        "model": {"spec": f"openai:model-{variant}", "name": f"model-{variant}"},
        "endpoint": "api.example.org/v1",
        "params": {},
        "samples": 1,
    }
    write_json(folder / "run.json", info)
    planned = []
    with (folder / "generations.jsonl").open("wb") as stream:
        for document in documents:
            sentences = document.source_text.split("。")
            summary = "。".join([*seed.sample(sentences[:-1], 3), text(seed, 12)])
            params = {"document": document.id}
            key = request_key([], model=info["model"]["name"], endpoint="", params=params, sample=0)
            made = Generation(
                key=key, document=document.id, text_sha256=document.text_sha256,
                prompt=f"prompt-{variant}", prompt_sha256="0" * 64, model=f"model-{variant}",
                endpoint="api.example.org/v1", params={}, sample=0, reply=None, summary=summary,
                status="ok", usage=Usage(600, 80), cost_usd=0.0003, latency_s=seed.random() * 3,
            )  # fmt: skip
            stream.write(dump_line(made.to_json()))
            planned.append(PlannedDocument(document, (key,)))
    write_documents(folder, planned)
    return Run.open(folder)


def render_times(page_file: Path, chromium: str, rounds: int) -> dict[str, float]:
    """Medians in seconds."""
    from playwright.sync_api import sync_playwright

    times: dict[str, list[float]] = {"first render": [], "table": [], "document": [], "sort": []}
    times["scroll"] = []
    with sync_playwright() as playwright:
        for _ in range(rounds):
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 860})
            page.goto(page_file.as_uri(), wait_until="commit")
            page.wait_for_selector("html[data-started]", state="attached")
            started = page.evaluate("Number(document.documentElement.dataset.started)")
            times["first render"].append(started / 1000)
            page.wait_for_load_state("load")
            steps = (
                ("table", "#tabs a >> nth=1", ".rows .trow"),
                ("sort", '[data-sort="1.0"]', '[aria-sort="ascending"]'),
                ("document", ".rows a >> nth=2", "main .card"),
            )
            for name, click, wanted in steps:
                before = time.perf_counter()
                page.click(click)
                page.wait_for_selector(wanted)
                times[name].append(time.perf_counter() - before)
                if name == "sort":
                    times["scroll"].append(page.evaluate(SCROLL) / 1000)
            browser.close()
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--variants", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--metric", action="append", help="score only these")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    from summarizer_eval.report import write_report
    from summarizer_eval.scoring import score

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        documents = make_documents(options.documents)
        runs = [write_run(folder / f"run-{n}", documents, n) for n in range(options.variants)]
        before = time.perf_counter()
        score(runs, metrics=options.metric)
        scored = time.perf_counter() - before
        before = time.perf_counter()
        page = write_report(runs, folder / "report.html", metrics=options.metric)
        written = time.perf_counter() - before
        before = time.perf_counter()
        write_report(runs, page, metrics=options.metric)
        again = time.perf_counter() - before
        size = page.stat().st_size / 1e6
        rows = {"score (first time)": scored, "write": written, "write again": again}
        rows |= render_times(page, options.chromium, options.rounds)
    print(f"{options.documents} documents × {options.variants} variants: {size:.1f} MB")
    for name, seconds in rows.items():
        print(f"{name:24} {seconds:8.2f} s")


if __name__ == "__main__":
    main()
