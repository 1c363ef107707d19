"""What a gate says, as CI systems read it: JUnit XML, workflow commands, Markdown, JSON.

The same results give the same bytes. Texts of documents and summaries are escaped for where they
go: XML 1.0, workflow commands, Markdown without live HTML, images, links or mentions.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import escape, quoteattr

from summarizer_eval.markdown import inert, row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from summarizer_eval.check_result import CheckResult, Refusal
    from summarizer_eval.gate import Outcome

__all__ = [
    "as_json",
    "junit",
    "markdown",
    "noise_text",
    "overall",
    "shortened",
    "signed",
    "workflow_commands",
]

# What XML 1.0 has no way to write (https://www.w3.org/TR/xml/#charsets).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_REASONS = 5
"""Shown of each variant where people read; JSON and JUnit have all."""
_COMMENT = 60_000
"""Characters: a comment on GitHub holds 65,536 of them, summaries side by side may be more."""
_SIGNS = {"pass": "✅ pass", "regress": "❌ regress", "inconclusive": "⚠️ inconclusive"}


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def as_json(results: Sequence[CheckResult], refused: Sequence[Refusal] = ()) -> str:
    """Everything, for other programs."""
    rows = {
        "outcome": overall(results, refused),
        "results": [result.to_json() for result in results],
        "refused": [refusal.to_json() for refusal in refused],
    }
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def overall(
    results: Iterable[CheckResult], refused: Sequence[Refusal] = ()
) -> Outcome | Literal["refused"]:
    """The worst outcome of all variants."""
    if refused:
        return "refused"
    found = {result.outcome for result in results}
    if "regress" in found:
        return "regress"
    return "inconclusive" if "inconclusive" in found else "pass"


def shortened(reasons: Sequence[str]) -> list[str]:
    """The first few, and how many more there are."""
    more = len(reasons) - _MOST_REASONS
    return list(reasons) if more < 2 else [*reasons[:_MOST_REASONS], f"… and {more} more"]


def noise_text(result: CheckResult) -> str:
    """How far the model's own samples differ, and what share of all noise that is."""
    parts = [
        f"{name} {item.deviation:.3f}"
        + ("" if item.share is None else f" ({item.share:.0%} of what varies)")
        for name, item in result.noise.items()
    ]
    return f"model noise between samples of one document: {', '.join(parts)}"


def junit(
    results: Sequence[CheckResult],
    refused: Sequence[Refusal] = (),
    *,
    inconclusive_fails: bool = True,
) -> str:
    """JUnit XML: a test case a metric of each variant, one for its limits and one for its anchor;
    a regression is a failure with its reason, a variant that could not be judged an error."""
    cases: list[str] = []
    failures = skipped = 0
    for result in results:
        rows: list[tuple[str, str, str]] = [
            (item.metric, item.outcome, _reason(result, item.metric))
            for item in result.decision.metrics
        ]
        # Cases that are always there: CI systems compare them between branches by name.
        broken = result.decision.broken_limits
        rows.append(("limits", "regress" if broken else "pass", "\n".join(broken)))
        if result.anchor is not None:
            reason = "; ".join(text for text in result.reasons if "anchor" in text)
            lost = result.anchor.outcome == "regress"
            rows.append(("anchor", "regress" if lost else "pass", reason))
        for name, outcome, reason in rows:
            label = quoteattr(_xml(name))
            head = f"    <testcase classname={quoteattr(_xml(result.name))} name={label}"
            failed = outcome == "regress" or (outcome == "inconclusive" and inconclusive_fails)
            if failed:
                failures += 1
                message = quoteattr(_xml(reason))
                cases.append(
                    f"{head}>\n      <failure type={quoteattr(outcome)} message={message}>"
                    f"{escape(_xml(_worst_text(result)))}</failure>\n    </testcase>"
                )
            elif outcome == "inconclusive":
                skipped += 1
                message = quoteattr(_xml(reason))
                cases.append(f"{head}>\n      <skipped message={message}/>\n    </testcase>")
            else:
                cases.append(f"{head}/>")
    for refusal in refused:
        name, message = quoteattr(_xml(refusal.name)), quoteattr(_xml(refusal.reason))
        cases.append(
            f'    <testcase classname={name} name="check">\n'
            f'      <error type="refused" message={message}/>\n    </testcase>'
        )
    body = "\n".join(cases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
        f'  <testsuite name="summarizer check" tests="{len(cases)}" failures="{failures}" '
        f'errors="{len(refused)}" skipped="{skipped}">\n{body}\n  </testsuite>\n</testsuites>\n'
    )


def _reason(result: CheckResult, metric: str) -> str:
    found = [text for text in result.reasons if text.startswith(f"{metric} ")]
    return found[0] if found else f"{metric} was not scored on both sides"


def _worst_text(result: CheckResult) -> str:
    lines = [f"{item.document}: {item.metric} {item.difference:+.3f}" for item in result.worst]
    return "\n".join(lines)


def workflow_commands(
    results: Sequence[CheckResult], files: Mapping[str, str], refused: Sequence[Refusal] = ()
) -> str:
    """GitHub workflow commands, one a variant that does not pass, on its prompt's file.

    Args:
        results, refused: of the check.
        files: variant to its prompt's file, relative to the repository.
    """
    lines = []
    for result in results:
        if result.outcome == "pass":
            continue
        level = "error" if result.outcome == "regress" else "warning"
        where = f"file={_property(files[result.name])}," if files.get(result.name) else ""
        title = _property(f"{result.name}: {result.outcome}")
        message = _data("\n".join(shortened(result.reasons)))
        lines.append(f"::{level} {where}title={title}::{message}")
    for refusal in refused:
        title = _property(f"{refusal.name}: refused")
        where = f"file={_property(files[refusal.name])}," if files.get(refusal.name) else ""
        lines.append(f"::error {where}title={title}::{_data(refusal.reason)}")
    return "".join(line + "\n" for line in lines)


def _data(text: str) -> str:
    """A message of a workflow command (actions/toolkit, command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def markdown(results: Sequence[CheckResult], refused: Sequence[Refusal] = ()) -> str:
    """A comment for a pull request: a table a variant, and the worst documents side by side."""
    heads = [_head(result) for result in results]
    room = _COMMENT - sum(map(len, heads))
    parts = ["## Summary quality"]
    parts += [f"### {inert(item.name)}: ❌ refused\n\n{inert(item.reason)}" for item in refused]
    hidden = 0
    for result, head in zip(results, heads, strict=True):
        parts.append(head)
        details = _side_by_side(result)
        if details and len(details) <= room:
            parts.append(details)
            room -= len(details)
        elif details:
            hidden += 1
    if hidden:
        parts.append(
            f"The documents of {hidden} variants are left out, as a comment has no room for them: "
            "`summarizer check --json` has all."
        )
    return "\n\n".join(parts) + "\n"


def _head(result: CheckResult) -> str:
    """Name, table and reasons of one variant."""
    parts = [f"### {inert(result.name)}: {_SIGNS[result.outcome]}"]
    table = [
        row(["metric", "difference", "95% above", "margin", "sources", "outcome"]),
        row(["---", "---:", "---:", "---:", "---:", "---"]),
    ]
    table += [
        row([
            inert(item.metric), signed(item.difference), signed(item.lower_bound),
            f"-{item.margin:g}", str(item.n_clusters), _SIGNS[item.outcome],
        ])
        for item in result.decision.metrics
    ]  # fmt: skip
    parts += ["\n".join(table), _counts(result)]
    if result.noise:
        parts.append(inert(noise_text(result)))
    if result.reasons:
        parts.append("\n".join(f"- {inert(reason)}" for reason in shortened(result.reasons)))
    return "\n\n".join(parts)


def _side_by_side(result: CheckResult) -> str:
    """The documents that got worse most; empty for a pass."""
    if not result.worst or result.outcome == "pass":
        return ""
    rows = [row(["document", "baseline", "candidate"]), row(["---"] * 3)]
    rows += [
        row([
            f"{inert(item.document)}<br>{inert(item.metric)} {item.difference:+.3f}",
            inert(item.baseline or "–"),
            inert(item.candidate or "–"),
        ])
        for item in result.worst
    ]  # fmt: skip
    table = "\n".join(rows)
    summary = "<details><summary>The documents that got worse most</summary>"
    return f"{summary}\n\n{table}\n\n</details>"


def _counts(result: CheckResult) -> str:
    parts = [f"{result.matched} documents paired"]
    for label in ("added", "removed", "changed", "lost"):
        count = len(getattr(result, label))
        if count:
            parts.append(f"{count} {label}")
    if result.rescored:
        parts.append("the baseline's summaries were scored anew")
    return ", ".join(parts) + "."


def signed(value: float | None) -> str:
    """A difference as tables show it; what rounds to nothing has no sign."""
    if value is None:
        return "–"
    text = f"{value:+.4f}"
    return "0.0000" if float(text) == 0 else text
