"""A judge: any model, asked for a verdict and a quotation for each claim of a summary.

A second checker of the same protocol as the embedded rules (`Checker`). One request a summary; the
texts are fenced, so that an instruction inside one stays content. A verdict counts as the judge
gives it; a quotation counts only where it stands in the source. What the judge did not say, or said
unreadably, is ``unchecked`` with the reason, and counted: never silently supported.

The judge gets what answers requests passed in (`Answers`; `summarizer.regeneration.client.Client`
is one, with response cache, budget, limits and retries) and sends nothing itself. Judging by asking
a model for verdicts with evidence follows Min et al. 2023 (FActScore) and Zheng et al. 2023
(LLM-as-a-judge), whose caution holds: a judge favours its own kind's texts, so measure it on labels
(``summarizer claims evaluate``).
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

from summarizer.document import main_language
from summarizer.errors import DocumentsFailed, InputError, PromptError, ReplayMiss
from summarizer.generation import request_key
from summarizer.models.base import Request
from summarizer.models.failures import RequestFailed
from summarizer_eval.claims.claim import Claim, ClaimReport, Evidence
from summarizer_eval.claims.judge_prompt import JudgePrompt
from summarizer_eval.claims.judge_reply import Judgement, Unreadable, read_judgements
from summarizer_eval.claims.quotes import Quoted
from summarizer_eval.claims.split import claim_spans

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer.models.base import Model, Reply
    from summarizer_eval.claims.claim import SourceDocument

__all__ = ["Answers", "JudgeChecker"]

PROTOCOL = 1
"""Raised where the same reply would give other verdicts: part of the version."""
QUOTED, ABSENT, UNQUOTED = 0.9, 0.7, 0.4
"""Confidence of a verdict whose quotation was found; of ``unsupported``, for which there need be
none; of one whose quotation is not in the source. An order, no probabilities."""

_FAULTS = {
    "missing": ("评判没有给出这一条的结论。", "The judge gave no verdict for this claim."),
    "twice": ("评判给出了互相矛盾的结论。", "The judge gave two unlike verdicts for this claim."),
    "no source": ("没有可供核对的原文。", "There is no source to check it against."),
}


class Answers(Protocol):
    """What a judge asks through; safe for threads."""

    model: Model
    concurrency: int
    """Requests in flight at most."""

    def ask(self, request: Request) -> Reply:
        """The reply, or `RequestFailed`."""
        ...


class JudgeChecker:
    """Checks claims by asking a model; safe for threads, not for pickling.

    Args:
        answers: what requests are asked through.
        prompt: None: the shipped one.
        params: over the prompt's own; a None removes one.

    Attributes:
        concurrency: how many `check` calls may run at once, on threads.
        counts: what happened, by name: ``documents``, ``unreadable`` (replies without any verdict:
            all claims unchecked), ``missing`` (claims without a usable verdict), ``unquoted``
            (verdicts whose quotation is not in the source), ``failed`` (requests).

    Raises:
        InputError: the model extracts sentences and answers no questions.

    >>> import json
    >>> from types import SimpleNamespace
    >>> from summarizer.models.base import Reply
    >>> from summarizer.testing import ScriptedModel
    >>> from summarizer_eval.claims import SourceDocument
    >>> said = {"claim": 1, "quote": "rose 26%", "verdict": "contradicted", "reason": "26, not 36."}
    >>> answers = SimpleNamespace(model=ScriptedModel([]), concurrency=1,
    ...                           ask=lambda request: Reply(json.dumps({"claims": [said]})))
    >>> report = JudgeChecker(answers).check(SourceDocument("Sales rose 26%."), "Sales rose 36%.")
    >>> [(claim.verdict, claim.evidence[0].text) for claim in report.claims]
    [('contradicted', 'rose 26%')]
    """

    def __init__(
        self,
        answers: Answers,
        *,
        prompt: JudgePrompt | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> None:
        model = answers.model
        if model.endpoint == "embedded":
            raise InputError(
                f"{model.spec} takes sentences out of a text and judges none",
                where="--model",
                hint="name a model that follows instructions, openai:NAME",
            )
        self._answers = answers
        self._prompt = prompt or JudgePrompt.load()
        given = {**self._prompt.header.params, **(params or {})}
        self._params = {
            name: value
            for name, value in given.items()
            if value is not None and (model.accepted is None or name in model.accepted)
        }
        asked = json.dumps([self._prompt.fingerprint, self._params], sort_keys=True)
        digest = hashlib.sha256(asked.encode("ascii")).hexdigest()[:8]
        # Signatures are split at | and at " (", and a colon begins the detector of a claim.
        self.name = "judge-" + re.sub(r"[\s|():]+", "_", model.name)
        self.version = f"{PROTOCOL}.{digest}"
        self.concurrency = answers.concurrency
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def check(self, source: SourceDocument, summary: str) -> ClaimReport:
        """Split the summary into claims and ask for a verdict of each, in one request.

        Raises:
            DocumentsFailed: no reply came for this summary; others may succeed.
            ReplayMiss: under ``--offline``, none was recorded.
            EndpointUnusable, BudgetReached: nothing further can be asked.
        """
        spans = claim_spans(summary)
        if not spans:
            return ClaimReport(())
        self._note("documents")
        if not source.text.strip():
            judged = [Judgement("unchecked", fault="no source")] * len(spans)
        else:
            try:
                reply = self._ask(source, summary, [summary[start:end] for start, end in spans])
                judged = read_judgements(reply.text, len(spans))
            except Unreadable as error:
                self._note("unreadable")
                why = f"refused: {_line(reply.refusal)}" if reply.refusal else str(error)
                judged = [Judgement("unchecked", fault=f"unreadable: {why}")] * len(spans)
        self._note("missing", sum(bool(item.fault) for item in judged))
        places = _Places(source)
        chinese = main_language(summary) == "zh"
        return ClaimReport(
            tuple(
                self._claim(summary, span, item, places, chinese=chinese)
                for span, item in zip(spans, judged, strict=True)
            )
        )

    def _ask(self, source: SourceDocument, summary: str, claims: list[str]) -> Reply:
        document = source.title or source.url or "the summary"
        model = self._answers.model
        try:
            messages = self._prompt.render(source, summary, claims)
            key = request_key(
                messages, model=model.name, endpoint=model.endpoint, params=self._params, sample=0
            )
            request = Request(key, document, self._prompt.name, messages, self._params)
            return self._answers.ask(request)
        except (RequestFailed, PromptError) as error:
            self._note("failed")
            raise DocumentsFailed(f"the judge gave no reply: {error}") from error
        except ReplayMiss:
            self._note("failed")
            raise

    def _claim(
        self,
        summary: str,
        span: tuple[int, int],
        item: Judgement,
        places: _Places,
        *,
        chinese: bool,
    ) -> Claim:
        start, end = span
        evidence = places.find(item.quote)
        confidence = 0.0
        if item.verdict != "unchecked":
            confidence = (
                QUOTED if evidence else ABSENT if item.verdict == "unsupported" else UNQUOTED
            )
            if item.quote and not evidence:
                self._note("unquoted")
                confidence = UNQUOTED
        return Claim(
            start,
            end,
            summary[start:end],
            item.kind,
            item.verdict,
            _line(item.reason) if not item.fault else _fault(item.fault, chinese=chinese),
            confidence,
            f"{self.name}.{self.version}",
            evidence,
        )

    def _note(self, name: str, times: int = 1) -> None:
        with self._lock:
            self.counts[name] += times


class _Places:
    """What a quotation may come from, the source first."""

    def __init__(self, source: SourceDocument) -> None:
        self._texts = [("source", Quoted(source.text)), ("title", Quoted(source.title))]
        self._texts += [("url", Quoted(source.url))]
        self._texts += [("metadata", Quoted(str(value))) for value in source.metadata.values()]

    def find(self, quote: str) -> tuple[Evidence, ...]:
        """The places of a quotation; none where it is nowhere, or not whole."""
        for place, text in self._texts:
            if found := text.find(quote):
                return tuple(
                    Evidence(start, end, text.text[start:end], place)  # type: ignore[arg-type]
                    for start, end in found
                )
        return ()


def _fault(fault: str, *, chinese: bool) -> str:
    """Why a claim has no verdict, in the language of the summary."""
    if fault in _FAULTS:
        return _FAULTS[fault][0 if chinese else 1]
    kind, _, why = fault.partition("unreadable: ")
    if not kind:
        return (
            f"评判的回复无法读取：{why}" if chinese else f"The judge's reply is unreadable: {why}"
        )
    return f"{fault} 不是结论。" if chinese else f"The judge said {fault}, which is no verdict."


def _line(text: str | None) -> str:
    return " ".join((text or "").split())[:300]
