"""The whole batch as a process, beside bare aiohttp and openai-python, against a local server.

    python benchmarks/regenerate.py [--documents 1000]

Writes documents that all differ, starts the test suite's server in a process of its own, and
prints wall time and CPU (user and system) of each process, start-up included; ``ideal`` is
documents / concurrency × latency. Then a second, fully cached run, and a run under 5% 429, 2% 500
and 1% resets. The bare scripts read, ask and append, and do nothing else; openai-python with its
aiohttp transport.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent

_BARE = """
import asyncio, json, sys, aiohttp
async def main(archive, out, url, width):
    gate = asyncio.Semaphore(width)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=width)) as session:
        with open(out, "a") as stream:
            async def one(row):
                body = {"model": "test", "messages": [{"role": "user", "content": row["source"]}]}
                async with gate, session.post(url + "/chat/completions", json=body) as reply:
                    stream.write(json.dumps({"id": row["id"], "reply": await reply.json()}) + "\\n")
            rows = [json.loads(line) for line in open(archive)]
            await asyncio.gather(*map(one, rows))
asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
"""

_SDK = """
import asyncio, json, sys
from openai import AsyncOpenAI, DefaultAioHttpClient
async def main(archive, out, url, width):
    gate = asyncio.Semaphore(width)
    client = AsyncOpenAI(base_url=url, api_key="none", http_client=DefaultAioHttpClient())
    async with client:
        with open(out, "a") as stream:
            async def one(row):
                messages = [{"role": "user", "content": row["source"]}]
                async with gate:
                    reply = await client.chat.completions.create(model="test", messages=messages)
                    stream.write(json.dumps({"id": row["id"], "reply": reply.to_dict()}) + "\\n")
            rows = [json.loads(line) for line in open(archive)]
            await asyncio.gather(*map(one, rows))
asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
"""


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float, str]:
    """Wall and CPU seconds of a process, and its standard output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command[:4]} ended with {done.returncode}: {done.stderr[-500:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, done.stdout


def start_server(latency: float, *, faults: bool) -> tuple[subprocess.Popen[str], str]:
    """The server and its address."""
    command = [sys.executable, "-m", "tests.support.chat_server", "--latency", str(latency)]
    process = subprocess.Popen(
        [*command, *(["--faults"] if faults else [])],
        cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    return process, line[line.index("http") :].split()[0]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--documents", type=int, default=1000)
    options = parser.parse_args()
    count = options.documents
    out = sys.stdout
    out.write(f"{'what':<24} {'latency':>8} {'wide':>5} {'wall s':>7} {'ideal':>6} {'ratio':>6} "
              f"{'CPU ms a document':>18}\n")  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        archive = folder / "archive.jsonl"
        text = "这一段写的是测试用的正文，说明一件小事的来龙去脉，长短与一篇普通的帖子相当。" * 12
        with archive.open("w", encoding="utf-8") as stream:
            for number in range(count):
                row = {"id": f"d{number}", "source": f"第{number}号。{text}", "summary": "旧"}
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        environment = {**os.environ, "OPENAI_API_KEY": "none",
                       "SUMMARIZER_CACHE_DIR": str(folder / "cache")}  # fmt: skip

        def ours(url: str, wide: int, *more: str) -> tuple[float, float, str]:
            return timed(
                [sys.executable, "-m", "summarizer", "regenerate", str(archive), "--prompt",
                 "brief_zh", "--model", "openai:test", "--base-url", url, "--concurrency",
                 str(wide), "--out", str(folder / f"run{time.monotonic_ns()}"), "--json", *more],
                environment,
            )  # fmt: skip

        def show(what: str, latency: float, wide: int, wall: float, cpu: float) -> None:
            ideal = count / wide * latency
            ratio = f"{wall / ideal:6.2f}" if ideal else "     –"
            out.write(f"{what:<24} {latency:>8} {wide:>5} {wall:>7.2f} {ideal:>6.2f} {ratio} "
                      f"{cpu / count * 1000:>18.2f}\n")  # fmt: skip
            out.flush()

        for latency in (0.0, 0.2):
            server, url = start_server(latency, faults=False)
            try:
                for wide in (64, 256):
                    for name, script in (("bare aiohttp", _BARE), ("bare openai-python", _SDK)):
                        rows = str(folder / "bare.jsonl")
                        words = [sys.executable, "-c", script, str(archive), rows, url, str(wide)]
                        wall, cpu, _ = timed(words, environment)
                        show(name, latency, wide, wall, cpu)
                    wall, cpu, _ = ours(url, wide, "--no-cache")
                    show("summarizer regenerate", latency, wide, wall, cpu)
                if latency:
                    ours(url, 64)
                    wall, cpu, said = ours(url, 64)
                    show("the same, cached", latency, 64, wall, cpu)
            finally:
                server.terminate()
                server.wait(timeout=10)
        server, url = start_server(0.2, faults=True)
        try:
            wall, cpu, said = ours(url, 64, "--no-cache")
            show("under faults", 0.2, 64, wall, cpu)
            out.write(f"under faults: {said.strip()[-600:]}\n")
        finally:
            server.terminate()
            server.wait(timeout=10)


if __name__ == "__main__":
    main()
