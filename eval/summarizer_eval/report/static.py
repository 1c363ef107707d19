"""The report without a browser: Markdown for pull requests, CSV for sheets, SVG for papers."""

from __future__ import annotations

import csv
import io
import os
import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from summarizer.jsonlines import Json

__all__ = ["csv_cell", "markdown", "markdown_cell", "svg", "write_csv"]

_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@:.-])")
_VERDICTS = ("supported", "contradicted", "unsupported", "unchecked")
_COLOURS = ("#1f5fae", "#a84a0c", "#13714f", "#7d3aa3", "#9a6a00", "#555b66")


def markdown_cell(text: str) -> str:
    """Text as plain Markdown: no HTML, link, image, mention or table border comes alive."""
    return _MARKDOWN.sub(r"\\\1", _CONTROL.sub(" ", text)).replace("\\@", "@\u200b")


def csv_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection); numbers stay."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    dangerous = text.lstrip()[:1] in ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
    return "'" + text if dangerous or text[:1] in ("\t", "\r", "\n") else text


def markdown(head: Json) -> str:
    """The overview as Markdown tables."""
    lines = [
        f"### {markdown_cell(head['title'])}",
        "",
        f"{head['documents']:,} documents, {head['sources']:,} sources.",
        "",
    ]
    names = [markdown_cell(variant["name"]) for variant in head["variants"]]
    lines += _table(
        ["", *names],
        [
            ["prompt", *[markdown_cell(v["prompt"]) for v in head["variants"]]],
            ["model", *[markdown_cell(v["model"]) for v in head["variants"]]],
            *[
                [f"`{metric['name']}` {_arrow(metric)}".strip(), *map(_figure, metric["figures"])]
                for metric in head["metrics"]
            ],
            ["failed", *[str(_failed(v)) for v in head["variants"]]],
            ["cost", *[_cost(v) for v in head["variants"]]],
            ["latency p50 / p95", *[_latency(v) for v in head["variants"]]],
        ],
    )
    if head["comparison"]:
        lines += ["", f"Differences from {names[0]}, paired by source, 95% intervals:", ""]
        candidates = head["comparison"]["candidates"]
        rows = [
            [
                f"`{metric['name']}`",
                *[_difference(c["metrics"].get(metric["name"])) for c in candidates],
            ]
            for metric in head["metrics"]
        ]
        lines += _table(["", *[markdown_cell(c["run"]) for c in candidates]], rows)
    lines += ["", "<details><summary>Signatures</summary>", ""]
    lines += [f"- `{metric['signature'].replace('`', '')}`" for metric in head["metrics"]]
    return "\n".join([*lines, "", "</details>", ""])


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _arrow(metric: Json) -> str:
    return {"higher": "↑", "lower": "↓"}.get(metric["direction"], "")


def _figure(figure: Json | None) -> str:
    if figure is None or figure["mean"] is None:
        return "–"
    text = f"{figure['mean']:.3f}"
    if figure["low"] is not None:
        text += f" [{figure['low']:.3f}, {figure['high']:.3f}]"
    lost = sum(figure["unscored"].values())
    return text + (f" ({lost} unscored)" if lost else "")


def _failed(variant: Json) -> int:
    return sum(count for name, count in variant["statuses"].items() if name != "ok")


def _cost(variant: Json) -> str:
    return "not measured" if variant["cost_usd"] is None else f"${variant['cost_usd']:.4f}"


def _latency(variant: Json) -> str:
    latency = variant["latency"]
    return "not measured" if latency is None else f"{latency['p50']:.2f} / {latency['p95']:.2f} s"


def _difference(entry: Json | None) -> str:
    if entry is None or entry["difference"] is None:
        return "–"
    text = f"{entry['difference']:+.3f}"
    if entry["low"] is not None:
        text += f" [{entry['low']:+.3f}, {entry['high']:+.3f}]"
    return text


def write_csv(head: Json, rows: Iterable[Json], path: Path) -> None:
    """One row a document and variant; UTF-8 with a mark, so that spreadsheets read Chinese."""
    metrics = [metric["name"] for metric in head["metrics"]]
    temporary = path.with_name(f".{path.name[:40]}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        fixed = ["id", "title", "url", "date", "language", "problems", "variant", "status", "chars"]
        writer.writerow([*fixed, *metrics, *_VERDICTS])
        for row in rows:
            about = [row["id"], row["title"], row["url"], row["date"], row["lang"]]
            for variant, entry in zip(head["variants"], row["v"], strict=True):
                if entry is None:
                    continue
                cells = [*about, " ".join(row["problems"]), variant["name"], entry["status"]]
                counts = entry["c"] or [None] * len(_VERDICTS)
                values = [*cells, entry["n"], *entry["m"], *counts]
                writer.writerow([csv_cell(value) for value in values])
    temporary.replace(path)


def svg(head: Json) -> str:
    """The dot plots of the overview: every metric with a 0..1 axis, dots and intervals."""
    metrics = [metric for metric in head["metrics"] if metric["unit"] == "share"]
    variants = head["variants"]
    left, width, line, gap = 190, 760, 16, 16
    out = io.StringIO()
    top = 34 + 18 * len(variants)
    y: float
    height = top + sum(len(variants) * line + gap for _ in metrics) + 34
    out.write(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="system-ui, sans-serif" font-size="12">\n'
        f"<title>{_xml(head['title'])}</title>\n"
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n'
        f'<text x="16" y="22" font-size="14" font-weight="600" fill="#1b1c1e">'
        f"{_xml(head['title'])}</text>\n"
    )
    for index, variant in enumerate(variants):
        y = 40 + 18 * index
        label = f"{variant['name']} ({variant['prompt']}, {variant['model']})"
        out.write(_mark(index, 22, y))
        out.write(f'<text x="34" y="{y + 4}" fill="#1b1c1e">{_xml(label)}</text>\n')
    span = width - left - 24
    y = float(top)
    for metric in metrics:
        y = _plot(out, metric, y, left, span, line) + gap
    for tick in range(0, 11, 2):
        x = left + span * tick / 10
        out.write(
            f'<text x="{x:.1f}" y="{y + 10:.1f}" text-anchor="middle" fill="#55585d">'
            f"{tick / 10:g}</text>\n"
        )
    out.write("</svg>\n")
    return out.getvalue()


def _plot(out: io.StringIO, metric: Json, y: float, left: int, span: int, line: int) -> float:
    """One metric's lines; returns where they end."""
    end = y + len(metric["figures"]) * line
    known = next(
        (f for f in metric["figures"] if f and None not in (f["floor"], f["ceiling"])), None
    )
    if known:
        x, width = left + span * known["floor"], span * (known["ceiling"] - known["floor"])
        out.write(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" '
            f'height="{end - y:.1f}" fill="#e6ebf2"/>\n'
        )
    out.write(
        f'<path d="M{left} {end + 4:.1f}h{span}" stroke="#deded8"/>\n'
        f'<text x="{left - 12}" y="{(y + end) / 2 + 4:.1f}" text-anchor="end" fill="#1b1c1e">'
        f"{_xml(metric['name'])} {_arrow(metric)}</text>\n"
    )
    for index, figure in enumerate(metric["figures"]):
        if figure is None or figure["mean"] is None:
            continue
        middle = y + index * line + line / 2
        colour = _COLOURS[index % len(_COLOURS)]
        if figure["low"] is not None:
            low, high = (left + span * min(1, max(0, figure[k])) for k in ("low", "high"))
            out.write(
                f'<path d="M{low:.1f} {middle:.1f}H{high:.1f}" stroke="{colour}" '
                'stroke-width="1.6"/>\n'
            )
        out.write(_mark(index, left + span * figure["mean"], middle))
    return end


def _mark(variant: int, x: float, y: float) -> str:
    colour = _COLOURS[variant % len(_COLOURS)]
    shapes = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>\n',
        f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{colour}"/>\n',
        f'<path d="M{x:.1f} {y - 5.5:.1f}l5.5 5.5l-5.5 5.5l-5.5 -5.5z" fill="{colour}"/>\n',
        f'<path d="M{x:.1f} {y - 5:.1f}l5 9h-10z" fill="{colour}"/>\n',
    )
    return shapes[variant % len(shapes)]


def _xml(text: str) -> str:
    return escape(_CONTROL.sub("\ufffd", text))
