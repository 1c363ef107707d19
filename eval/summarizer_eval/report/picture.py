"""The report's dot plots as SVG, for papers and READMEs."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from summarizer_eval.report.answers import differences
from summarizer_eval.report.inert import CONTROL

if TYPE_CHECKING:
    from summarizer.jsonlines import Json

__all__ = ["svg"]

_COLOURS = ("#1f5fae", "#a84a0c", "#13714f", "#7d3aa3", "#9a6a00", "#555b66")
_INK, _SOFT = "#1b1c1e", "#55585d"
_VERDICTS = {
    "better": ("▲ better", "#136b3f"),
    "worse": ("▼ worse", "#b3261e"),
    "differs": ("≠ differs", _SOFT),
    "can't tell": ("≈ can't tell", _SOFT),
}
_WIDTH, _LEFT, _RIGHT = 860, 170, 236  # of the picture, of the names, of the figures
_LINE, _GAP, _HEAD = 16, 12, 14  # a variant's line, the space below a metric, the space above it


def svg(head: Json) -> str:
    """The main metrics with an axis from 0 to 1: dots, intervals, bands, figures, verdicts."""
    shares = [metric for metric in head["metrics"] if metric["unit"] == "share"]
    metrics = [metric for metric in shares if metric["main"]] or shares
    variants = head["variants"]
    top = 38 + 18 * len(variants)
    height = top + len(metrics) * (len(variants) * _LINE + _GAP + _HEAD) + 44
    out = io.StringIO()
    out.write(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" font-size="12" '
        "font-family=\"system-ui, Helvetica, Arial, 'Noto Sans CJK SC', sans-serif\">\n"
        f"<title>{_xml(head['title'])}</title>\n"
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>\n'
    )
    out.write(_label(16, 22, head["title"], size=14, weight=600))
    for index, variant in enumerate(variants):
        out.write(_mark(index, 22, 40 + 18 * index))
        label = f"{variant['name']} ({variant['prompt']}, {variant['model']})"
        out.write(_label(34, 44 + 18 * index, label))
    y = float(top)
    for metric in metrics:
        y = _plot(out, head, metric, y + _HEAD) + _GAP
    _axis(out, y)
    out.write("</svg>\n")
    return out.getvalue()


def _x(value: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(1.0, max(0.0, value))


def _plot(out: io.StringIO, head: Json, metric: Json, y: float) -> float:
    """One metric's lines; returns where they end."""
    end = y + len(metric["figures"]) * _LINE
    known = next(
        (f for f in metric["figures"] if f and None not in (f["floor"], f["ceiling"])), None
    )
    if known:
        _band(out, known, y, end)
    out.write(f'<path d="M{_LEFT} {end + 4:.1f}H{_WIDTH - 16}" stroke="#deded8"/>\n')
    arrow = {"higher": " ↑", "lower": " ↓"}.get(metric["direction"], "")
    out.write(_label(_LEFT - 12, (y + end) / 2 + 4, metric["name"] + arrow, anchor="end"))
    verdicts = differences(head, metric["name"])
    for index, figure in enumerate(metric["figures"]):
        if figure is None or figure["mean"] is None:
            continue
        middle = y + index * _LINE + _LINE / 2
        colour = _COLOURS[index % len(_COLOURS)]
        if figure["low"] is not None:
            path = f"M{_x(figure['low']):.1f} {middle:.1f}H{_x(figure['high']):.1f}"
            out.write(f'<path d="{path}" stroke="{colour}" stroke-width="1.6"/>\n')
        out.write(_mark(index, _x(figure["mean"]), middle))
        right = _WIDTH - _RIGHT + 14
        out.write(_label(right, middle + 4, f"{figure['mean']:.3f}", size=11, weight=600))
        if index in verdicts:
            entry = verdicts[index]
            text, tone = _VERDICTS[entry["verdict"]]
            difference = f"{entry['difference']:+.3f}"
            out.write(_label(right + 92, middle + 4, difference, size=11, anchor="end"))
            out.write(_label(right + 104, middle + 4, text, size=11, fill=tone))
    return end


def _band(out: io.StringIO, known: Json, y: float, end: float) -> None:
    """From chance level to self-agreement: where a likeness means something."""
    low, high = _x(known["floor"]), _x(known["ceiling"])
    out.write(
        f'<rect x="{low:.1f}" y="{y - 11:.1f}" width="{max(high - low, 1):.1f}" '
        f'height="{end - y + 11:.1f}" fill="#e6ebf2"/>\n'
    )
    roomy = high - low > 175
    floor, ceiling = f"{known['floor']:.2f}", f"{known['ceiling']:.2f}"
    start, stop = (f"chance {floor}", f"self-agreement {ceiling}") if roomy else (floor, ceiling)
    out.write(_label(low + 3, y - 2, start, size=9, fill=_SOFT))
    out.write(_label(high - 3, y - 2, stop, size=9, fill=_SOFT, anchor="end"))


def _axis(out: io.StringIO, y: float) -> None:
    for tick in range(0, 11, 2):
        out.write(_label(_x(tick / 10), y + 6, f"{tick / 10:g}", fill=_SOFT, anchor="middle"))
    note = "means over sources with 95% intervals; shaded: chance level to self-agreement"
    out.write(_label(_LEFT, y + 26, note, size=10, fill=_SOFT))


def _label(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 12,
    weight: int = 400,
    fill: str = _INK,
    anchor: str = "start",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{fill}">{_xml(text)}</text>\n'
    )


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
    return escape(CONTROL.sub("\ufffd", text))
