"""``--checker`` and what a judge needs: options that commands share, and the checker they name."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from summarizer.cache import Cache
    from summarizer.models.base import Model
    from summarizer.regeneration.client import Client
    from summarizer_eval.claims import Checker
    from summarizer_eval.claims.judge import JudgeChecker

__all__ = ["OpenChecker", "checker_options", "open_checker", "refuse_judge_options"]

F = TypeVar("F", bound="Callable[..., Any]")

_JUDGE_ONLY = (
    "model", "base_url", "api_key_file", "offline", "judge_prompt", "params", "max_cost",
    "ask_again", "no_cache", "cache_dir", "rpm", "tpm",
)  # fmt: skip

_OPTIONS = (
    click.option("--checker", "checker_name", default="rules", show_default=True, metavar="NAME",
                 help="rules, judge, an installed checker, or module:object."),
    click.option("--model", metavar="SPEC", help="Of the judge: openai:NAME or replay:FILE."),
    click.option("--base-url", help="Of an OpenAI-compatible server; else OPENAI_BASE_URL."),
    click.option("--api-key-file", type=click.Path(), help="Holds the key."),
    click.option("--offline", type=click.Path(), metavar="FILE", help="Recorded replies answer."),
    click.option("--judge-prompt", type=click.Path(), metavar="FILE",
                 help="Template in place of the shipped one (docs/judge.md)."),
    click.option("--param", "params", multiple=True, metavar="KEY=VALUE",
                 help="Passed to the endpoint; null removes one. Repeats."),
    click.option("--concurrency", type=click.IntRange(1, 1024), default=16, show_default=True,
                 help="The judge's requests in flight."),
    click.option("--rpm", type=click.FloatRange(0, min_open=True), help="Requests a minute."),
    click.option("--tpm", type=click.FloatRange(0, min_open=True), help="Tokens a minute."),
    click.option("--max-cost", type=click.FloatRange(0), metavar="USD", help="Stop before more."),
    click.option("--timeout", type=click.FloatRange(0, min_open=True), default=120.0,
                 show_default=True, help="Seconds a request."),
    click.option("--ask-again", is_flag=True, help="Ask the judge past the response cache."),
    click.option("--no-cache", is_flag=True, help="Neither read nor fill the response cache."),
    click.option("--cache-dir", type=click.Path(file_okay=False), help="Of the response cache."),
)  # fmt: skip


def checker_options(function: F) -> F:
    """``--checker`` and the judge's options; the command passes them on to `open_checker`."""
    wrapped: Any = function
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    result: F = wrapped
    return result


@dataclass(slots=True)
class OpenChecker:
    """A checker that a command uses, and how it went."""

    checker: Checker
    rebuild: str | None
    """Name by which another process makes it; None: this process only."""
    _client: Client | None = None

    @property
    def exit_code(self) -> int:
        """4 where the judge left a summary without verdicts, else 0."""
        counts = getattr(self.checker, "counts", {})
        judged = self._client is not None
        return 4 if judged and (counts["failed"] or counts["unreadable"]) else 0

    def __str__(self) -> str:
        """One line: what was asked, what it took, what could not be used. Empty without a judge."""
        if self._client is None:
            return ""
        totals, counts = self._client.totals, getattr(self.checker, "counts", {})
        cost = "cost not measured" if totals.cost_usd is None else f"${totals.cost_usd:.4f}"
        parts = [f"{totals.asked} asked, {totals.cached} from the cache"]
        if totals.asked:
            parts += [f"{totals.prompt_tokens} + {totals.completion_tokens} tokens", cost]
        for name, text in (
            ("failed", "requests failed"), ("unreadable", "replies unreadable"),
            ("missing", "claims without a verdict"), ("unquoted", "quotations not in the source"),
        ):  # fmt: skip
            if counts[name]:
                parts.append(f"{counts[name]} {text}")
        return f"{self.checker.name}.{self.checker.version}: {', '.join(parts)}"


@contextmanager
def open_checker(options: dict[str, Any]) -> Iterator[OpenChecker]:
    """The checker that the options name; a judge's connections and cache are released at the end.

    Raises:
        InputError: there is no such checker, or its prompt or model cannot be used.
        EndpointUnusable: OpenAI's endpoint without a key, or an address that is none.
    """
    from summarizer.cli.output import note

    name = options["checker_name"]
    if name != "judge":
        from summarizer_eval.claims.registry import make_checker

        refuse_judge_options(options)
        yield OpenChecker(make_checker(name), name)
        return
    judge, client = _judge(options)
    opened = OpenChecker(judge, None, client)
    try:
        yield opened
    finally:
        client.close()
        if judge.counts:
            note(str(opened))


def refuse_judge_options(options: dict[str, Any]) -> None:
    """Say which option is of no use, where the checker is no judge."""
    if given := [option for option in _JUDGE_ONLY if options[option]]:
        flag = "--param" if given[0] == "params" else "--" + given[0].replace("_", "-")
        raise click.UsageError(f"{flag} is for --checker judge")


def _judge(options: dict[str, Any]) -> tuple[JudgeChecker, Client]:
    from summarizer.budget import Budget
    from summarizer.cli.try_ import parse_params
    from summarizer.models.registry import make_model
    from summarizer.regeneration.client import Client
    from summarizer_eval.claims.judge import JudgeChecker
    from summarizer_eval.claims.judge_prompt import JudgePrompt

    if not options["model"]:
        raise click.UsageError("--checker judge needs --model, e.g. --model openai:gpt-4.1-mini")
    prompt = JudgePrompt.load(options["judge_prompt"])
    params = parse_params(options["params"])
    model = make_model(
        options["model"],
        base_url=options["base_url"],
        api_key_file=options["api_key_file"],
        offline=options["offline"],
        timeout_s=options["timeout"],
        connections=options["concurrency"],
    )
    client = Client(
        model,
        concurrency=options["concurrency"],
        rpm=options["rpm"],
        tpm=options["tpm"],
        budget=Budget(options["max_cost"]),
        open_cache=_cache(options, model),
        refresh=options["ask_again"],
    )
    return JudgeChecker(client, prompt=prompt, params=params), client


def _cache(options: dict[str, Any], model: Model) -> Callable[[], Cache | None] | None:
    if options["no_cache"] or options["offline"]:
        return None
    from summarizer.cli.regenerate import open_cache

    return lambda: open_cache(options["cache_dir"], [model])
