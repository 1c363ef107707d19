"""What a reply means: a summary, or the reason why there is none.

Rules, first match wins:

    refused    the server sent a refusal, or the whole answer is a short apology for not answering
    filtered   finish_reason ``content_filter``
    length     finish_reason ``length``: cut off; the summary is what came, where any came
    empty      nothing is left after clean-up
    error      a JSON answer was asked for, and this is none, or its field is missing
    ok         everything else

Clean-up runs in a fixed order; each step that changed the text is recorded by name:
``think-tags``, ``code-fence``, ``json-field``, ``lead-in``, ``length-note``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from summarizer.generation import Status
    from summarizer.models.base import Reply
    from summarizer.prompt import Prompt

__all__ = ["CLEANUP_VERSION", "Understood", "understand"]

CLEANUP_VERSION = 1
"""Raised where the same reply would give another summary."""

_FENCE = re.compile(r"\A```[^\n`]{0,30}\n(.*)\n```\Z", re.DOTALL)
_LEAD_IN = re.compile(
    r"\A(?:(?:好的|当然(?:可以)?|没问题)[，,。！!]\s{0,3})?"
    r"(?:(?:以下|下面|这)(?:就?是|为)[^\n。！？：:]{0,30}?(?:摘要|总结|概括|要点|概要)[^\n。！？：:]{0,10}[：:]"
    r"|[#*【\s]{0,6}(?:中文)?(?:AI ?)?(?:摘要|总结|概要|要点)[】*\s]{0,4}(?:[：:][*\s]{0,4}|\n))\s*"
)
_LEAD_IN_EN = re.compile(
    r"\A(?:(?:sure|certainly|of course|okay)[,.!]\s{0,3})?"
    r"(?:here(?: is|'s|’s)[^\n.:]{0,40}?summary[^\n.:]{0,30}:|below is[^\n.:]{0,40}?summary"
    r"[^\n.:]{0,20}:|[#*]{0,6} ?summary[*]{0,4}(?::[* ]{0,3}|\n))\s*",
    re.IGNORECASE,
)
_LENGTH_NOTE = re.compile(
    r"\s*[（(【\[](?:全文|共|总计|约|字数)?[：:\s]{0,2}(?:约|共)?\s?\d{1,5}\s?(?:个)?(?:字|字符|words|characters)"
    r"[）)】\]]\s*\Z"
)
_REFUSAL = re.compile(
    r"\A(?:很?抱歉|对不起|不好意思)[，,。！!][^\n]{0,20}?(?:无法|不能|不便|不可以)"
    r"|\A(?:我|作为[^\n，]{0,20}，我)(?:无法|不能)(?:提供|协助|帮助|回答|完成|生成|总结|处理)"
    r"|\A(?:i'?m |i am )?(?:very )?(?:sorry|unable)[,. ][^\n]{0,30}?"
    r"(?:can(?:no|')?t|unable|won't|not able)"
    r"|\Ai (?:can(?:no|')t|can ?not|won't|am not able to|am unable to)"
    r" (?:help|assist|provide|summarize|comply|do|fulfill)",
    re.IGNORECASE,
)
_REFUSAL_LENGTH = 300
"""Characters: a longer answer that begins with an apology still holds a summary."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A reply, read."""

    summary: str | None
    """None unless the status is ``ok`` or ``length``."""
    status: Status
    cleanup: tuple[str, ...] = ()
    """Names of the clean-up steps that changed the text, in order."""


def understand(reply: Reply, prompt: Prompt) -> Understood:
    """Read a reply by the rules at the top of this file."""
    if reply.refusal:
        return Understood(None, "refused")
    if reply.finish_reason == "content_filter":
        return Understood(None, "filtered")
    cut_off = reply.finish_reason == "length"
    text, steps = _clean(reply.text or "", _WRAPPERS)
    if prompt.summary_field is not None and text:
        field = _json_field(text, prompt.summary_field)
        if field is None:
            refused = _is_refusal(text)
            status: Status = "length" if cut_off else "refused" if refused else "error"
            return Understood(None, status, steps)
        text, steps = field, (*steps, "json-field")
    text, more = _clean(text, _PROSE)
    steps = (*steps, *more)
    if cut_off:
        return Understood(text or None, "length", steps)
    if not text:
        return Understood(None, "empty", steps)
    if _is_refusal(text):
        return Understood(None, "refused", steps)
    return Understood(text, "ok", steps)


def _clean(
    text: str, order: tuple[tuple[str, Callable[[str], str]], ...]
) -> tuple[str, tuple[str, ...]]:
    text, steps = text.strip(), []
    for name, step in order:
        after = step(text).strip()
        if after != text:
            steps.append(name)
            text = after
    return text, tuple(steps)


def _without_thinking(text: str) -> str:
    """Remove ``<think>…</think>``; one that is never closed runs to the end.

    Some servers send only the closing tag, since the opening one stood in their prompt.
    """
    for tag in ("think", "thinking"):
        opening, closing = f"<{tag}>", f"</{tag}>"
        first = text.find(closing)
        if first >= 0 and opening not in text[:first]:
            text = text[first + len(closing) :]
        # Only a leading block is thinking: a summary may speak of the tag itself.
        while text.lstrip().startswith(opening):
            end = text.find(closing)
            text = "" if end < 0 else text[end + len(closing) :]
    return text


def _without_fence(text: str) -> str:
    match = _FENCE.match(text)
    return match[1] if match and "```" not in match[1] else text


def _without_lead_in(text: str) -> str:
    for pattern in (_LEAD_IN, _LEAD_IN_EN):
        match = pattern.match(text)
        if match and text[match.end() :].strip():
            return text[match.end() :]
    return text


def _without_length_note(text: str) -> str:
    head, tail = text[:-40], text[-40:]
    shorter = head + _LENGTH_NOTE.sub("", tail)
    return shorter or text


_WRAPPERS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("think-tags", _without_thinking),
    ("code-fence", _without_fence),
)
_PROSE: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("lead-in", _without_lead_in),
    ("length-note", _without_length_note),
)


def _json_field(text: str, name: str) -> str | None:
    """The summary of a JSON answer; a list of texts becomes its lines; None where there is none."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    field = value.get(name) if isinstance(value, dict) else None
    if isinstance(field, list) and all(isinstance(item, str) for item in field):
        return "\n".join(field)
    return field if isinstance(field, str) else None


def _is_refusal(text: str) -> bool:
    return len(text) <= _REFUSAL_LENGTH and _REFUSAL.match(text) is not None
