"""The report as Markdown, for pull requests, READMEs and chat."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer_eval.markdown import inert, row
from summarizer_eval.report.answers import differences
from summarizer_eval.report.inert import CONTROL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from summarizer.jsonlines import Json

__all__ = ["markdown", "markdown_cell"]

_SIGNS = {"better": "▲", "worse": "▼", "differs": "≠", "can't tell": "≈"}
_WORDS = {
    "better": "▲ better",
    "worse": "▼ worse",
    "trade-off": "◆ a trade-off",
    "not shown": "≈ no difference shown",
}


def markdown_cell(text: str) -> str:
    """Text as plain Markdown: no HTML, link, image, mention or table border comes alive."""
    return inert(CONTROL.sub(" ", text))


def markdown(head: Json) -> str:
    """The overview: the answer in short, the main metrics, and the rest folded away."""
    lines = [
        f"### {markdown_cell(head['title'])}",
        "",
        f"{head['documents']:,} documents, {head['sources']:,} sources. Means over sources with "
        "95% intervals" + _about_differences(head),
        "",
    ]
    lines += [f"- {_answer(head, answer)}" for answer in head["answers"]]
    lines += ["", *_table(head, [m for m in head["metrics"] if m["main"]]), *_takes(head), ""]
    rest = [metric for metric in head["metrics"] if not metric["main"]]
    if rest:
        lines += _folded(f"{len(rest)} more metrics", _table(head, rest))
    lines += _folded("How this was measured", _measured(head))
    return "\n".join(lines)


def _about_differences(head: Json) -> str:
    if not head["comparison"]:
        return "."
    return (
        f"; differences from **{_letter(head['baseline'])}**, paired by source: "
        "▲ better, ▼ worse, ≈ can't tell."
    )


def _answer(head: Json, answer: Json) -> str:
    variant = answer["variant"]
    name = markdown_cell(head["variants"][variant]["name"])
    text = f"**{_letter(variant)} {name}**: {_WORDS[answer['word']]}"
    if decided := _named(answer):
        text += f" ({decided})"
    others = _named({**answer["others"], "open": []})
    return text + (f"; of the others, not corrected: {others}" if others else "")


def _named(found: Json) -> str:
    """The metrics of each verdict."""
    words = (("better", "better"), ("worse", "worse"), ("open", "can't tell"))
    return "; ".join(
        f"{word}: {', '.join(f'`{metric}`' for metric in found[kind])}"
        for kind, word in words
        if found[kind]
    )


def _letter(variant: int) -> str:
    return chr(ord("A") + variant) if variant < 26 else f"#{variant + 1}"


def _table(head: Json, metrics: Sequence[Json]) -> list[str]:
    names = [
        f"{_letter(index)} {markdown_cell(variant['name'])}"
        for index, variant in enumerate(head["variants"])
    ]
    lines = [row(["", *names]), row(["---", *["---:"] * len(names)])]
    for metric in metrics:
        cells = [_figure(figure) for figure in metric["figures"]]
        for variant, entry in differences(head, metric["name"]).items():
            cells[variant] += f", {entry['difference']:+.3f} {_SIGNS[entry['verdict']]}"
        lines.append(row([_name(metric), *cells]))
    return lines


def _name(metric: Json) -> str:
    arrow = {"higher": " ↑", "lower": " ↓"}.get(metric["direction"], "")
    known = next(
        (f for f in metric["figures"] if f and None not in (f["floor"], f["ceiling"])), None
    )
    band = f" (chance {known['floor']:.2f}, self-agreement {known['ceiling']:.2f})" if known else ""
    return f"`{metric['name']}`{arrow}{band}"


def _figure(figure: Json | None) -> str:
    if figure is None or figure["mean"] is None:
        return "–"
    text = f"**{figure['mean']:.3f}**"
    if figure["low"] is not None:
        text += f" [{figure['low']:.3f}, {figure['high']:.3f}]"
    lost = sum(figure["unscored"].values())
    return text + (f" ({lost} unscored)" if lost else "")


def _takes(head: Json) -> list[str]:
    """What the variants took: failures, length, money, time."""
    variants = head["variants"]
    rows = [
        ("prompt", [markdown_cell(variant["prompt"]) for variant in variants]),
        ("model", [markdown_cell(variant["model"]) for variant in variants]),
        ("failed", [_failed(variant) for variant in variants]),
        ("mean length", ["–" if v["chars"] is None else f"{v['chars']} chars" for v in variants]),
        ("cost", [_cost(variant) for variant in variants]),
        ("latency p50 / p95", [_latency(variant) for variant in variants]),
    ]
    return [row([name, *cells]) for name, cells in rows]


def _failed(variant: Json) -> str:
    lost = {name: count for name, count in variant["statuses"].items() if name != "ok"}
    return ", ".join(f"{count} {name}" for name, count in lost.items()) or "0"


def _cost(variant: Json) -> str:
    return "not measured" if variant["cost_usd"] is None else f"${variant['cost_usd']:.4f}"


def _latency(variant: Json) -> str:
    latency = variant["latency"]
    return "not measured" if latency is None else f"{latency['p50']:.2f} / {latency['p95']:.2f} s"


def _measured(head: Json) -> list[str]:
    commands = [CONTROL.sub(" ", line) for line in head["commands"]]
    # a fence longer than any in the text, so that no name of a run ends it
    fence = "`" * (1 + max([2, *(len(run) for run in re.findall("`+", "".join(commands)))]))
    signatures = [f"- `{metric['signature'].replace('`', '')}`" for metric in head["metrics"]]
    return [fence, *commands, fence, "", *signatures]


def _folded(summary: str, lines: Sequence[str]) -> list[str]:
    return [f"<details><summary>{summary}</summary>", "", *lines, "", "</details>", ""]
