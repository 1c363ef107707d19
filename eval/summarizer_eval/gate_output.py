"""What a gate says, as CI systems read it: JUnit XML, GitHub annotations and summary, Markdown.

The same results give the same bytes. Texts of documents and summaries are escaped for where they
go: XML 1.0, workflow commands, Markdown without live HTML, images, links or mentions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from summarizer_eval.checking import CheckResult

__all__ = ["junit", "markdown", "signed", "workflow_commands"]

# What XML 1.0 has no way to write (https://www.w3.org/TR/xml/#charsets).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SIGNS = {"pass": "✅ pass", "regress": "❌ regress", "inconclusive": "⚠️ inconclusive"}


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def junit(results: Sequence[CheckResult], *, inconclusive_fails: bool = True) -> str:
    """JUnit XML: a test case a variant and metric; a regression is a failure with its reason."""
    cases: list[str] = []
    failures = skipped = 0
    for result in results:
        rows: list[tuple[str, str, str]] = [
            (item.metric, item.outcome, _reason(result, item.metric))
            for item in result.decision.metrics
        ]
        rows += [
            (f"limit {number}", "regress", text)
            for number, text in enumerate(result.decision.broken_limits, start=1)
        ]
        if result.anchor is not None and result.anchor.outcome == "regress":
            reason = "; ".join(text for text in result.reasons if "anchor" in text)
            rows.append(("anchor", "regress", reason))
        for name, outcome, reason in rows:
            head = f"    <testcase classname={quoteattr(_xml(result.name))} name={quoteattr(name)}"
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
    body = "\n".join(cases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
        f'  <testsuite name="summarizer check" tests="{len(cases)}" failures="{failures}" '
        f'errors="0" skipped="{skipped}">\n{body}\n  </testsuite>\n</testsuites>\n'
    )


def _reason(result: CheckResult, metric: str) -> str:
    found = [text for text in result.reasons if text.startswith(f"{metric} ")]
    return found[0] if found else f"{metric} was not scored on both sides"


def _worst_text(result: CheckResult) -> str:
    lines = [f"{item.document}: {item.metric} {item.difference:+.3f}" for item in result.worst]
    return "\n".join(lines)


def workflow_commands(results: Sequence[CheckResult], files: dict[str, str]) -> str:
    """GitHub workflow commands, one a variant that does not pass, on its prompt's file.

    Args:
        results: of the check.
        files: variant to its prompt's file, relative to the repository.
    """
    lines = []
    for result in results:
        if result.outcome == "pass":
            continue
        level = "error" if result.outcome == "regress" else "warning"
        where = f"file={_property(files[result.name])}," if files.get(result.name) else ""
        title = _property(f"{result.name}: {result.outcome}")
        message = _data("\n".join(result.reasons))
        lines.append(f"::{level} {where}title={title}::{message}")
    return "".join(line + "\n" for line in lines)


def _data(text: str) -> str:
    """A message of a workflow command (actions/toolkit, command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def markdown(results: Iterable[CheckResult]) -> str:
    """A comment for a pull request: a table a variant, and the worst documents side by side."""
    parts = ["## Summary quality"]
    for result in results:
        parts.append(f"### {_text(result.name)}: {_SIGNS[result.outcome]}")
        parts.append(
            "| metric | difference | 95% above | margin | sources | outcome |\n"
            "| --- | ---: | ---: | ---: | ---: | --- |\n"
            + "\n".join(
                f"| {_text(item.metric)} | {signed(item.difference)} | {signed(item.lower_bound)}"
                f" | {item.margin:g} | {item.n_clusters} | {_SIGNS[item.outcome]} |"
                for item in result.decision.metrics
            )
        )
        parts.append(_counts(result))
        if result.reasons:
            parts.append("\n".join(f"- {_text(reason)}" for reason in result.reasons))
        if result.worst and result.outcome != "pass":
            rows = "\n".join(
                f"| {_text(item.document)}<br>{_text(item.metric)} {item.difference:+.3f} "
                f"| {_text(item.baseline or '–')} | {_text(item.candidate or '–')} |"
                for item in result.worst
            )
            parts.append(
                "<details><summary>The documents that got worse most</summary>\n\n"
                f"| document | baseline | candidate |\n| --- | --- | --- |\n{rows}\n\n</details>"
            )
    return "\n\n".join(parts) + "\n"


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


_LIVE = re.compile(r"([\\`*_{}\[\]()#!|~:])")


def _text(text: str) -> str:
    """No live HTML, image, link, mention or table cell end."""
    text = " ".join(text.split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LIVE.sub(r"\\\1", text).replace("@", "@\u200b")
