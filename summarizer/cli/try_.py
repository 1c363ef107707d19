"""``summarizer try``: one document at once, prompts × models side by side; writes no run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from summarizer.cli.options import comma_list, json_option
from summarizer.cli.prompts import prompts_dir_option

if TYPE_CHECKING:
    from summarizer.document import Document
    from summarizer.jsonlines import Json
    from summarizer.models.base import Model
    from summarizer.prompt import Prompt

__all__ = ["command"]


@click.command(
    "try",
    epilog="Example: summarizer try post.md --prompt brief_zh,short_zh --model openai:gpt-4.1-mini",
)
@click.argument("file", metavar="FILE|-")
@click.option("--prompt", "prompts", multiple=True, required=True, callback=comma_list,
              help="Name or path; repeats, takes commas.")  # fmt: skip
@click.option("--model", "models", multiple=True, required=True, callback=comma_list,
              help="openai:NAME, extractive:lexrank, extractive:lead, replay:FILE.")  # fmt: skip
@click.option("--base-url", help="Of an OpenAI-compatible server.")
@click.option("--api-key-file", type=click.Path(), help="Holds the key.")
@click.option("--offline", type=click.Path(), help="Answer from recorded replies.")
@click.option("--timeout", "timeout_s", type=click.FloatRange(0, min_open=True), default=120.0,
              show_default=True, help="Seconds for one request.")  # fmt: skip
@click.option("--context-window", type=click.IntRange(1), help="Tokens; else by prompt or model.")
@click.option("--param", "params", multiple=True, metavar="KEY=VALUE",
              help="Passed through to the endpoint; JSON or text. Repeats.")  # fmt: skip
@prompts_dir_option
@json_option("JSON Lines: one row a prompt and model.")
def command(file: str, as_json: bool, **options: Any) -> int:
    """Summarize one document with each prompt and model: summary, claims, tokens, cost."""
    from summarizer.cli.output import print_rows
    from summarizer.cli.prompts import read_one
    from summarizer.eventloop import run_blocking
    from summarizer.models.registry import make_model
    from summarizer.prompt import Prompt

    document = read_one(file)
    prompts = [Prompt.load(name, folders=options["folders"]) for name in options["prompts"]]
    models = [
        make_model(
            spec,
            base_url=options["base_url"],
            api_key_file=options["api_key_file"],
            offline=options["offline"],
            timeout_s=options["timeout_s"],
        )
        for spec in options["models"]
    ]
    overrides = parse_params(options["params"])
    window = options["context_window"]
    rows = run_blocking(lambda: _all(document, prompts, models, overrides, window))
    if as_json:
        print_rows(rows)
    else:
        _show(document, rows)
    fatal = any(row["error"] and row["error"]["kind"] == "fatal" for row in rows)
    return 7 if fatal else 4 if any(row["error"] for row in rows) else 0


def parse_params(values: tuple[str, ...]) -> dict[str, Any]:
    """``KEY=VALUE`` options as parameters: a JSON value where it is one, else text.

    Raises:
        PromptError: a parameter is ours to set, or looks like a secret.
    """
    import json

    from summarizer.prompt_header import check_params

    params: dict[str, Any] = {}
    for item in values:
        name, equals, text = item.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{item!r} is no KEY=VALUE", param_hint="--param")
        try:
            params[name] = json.loads(text)
        except ValueError:
            params[name] = text
    check_params(params, where="--param")
    return params


async def _all(
    document: Document,
    prompts: list[Prompt],
    models: list[Model],
    overrides: dict[str, Any],
    window: int | None,
) -> list[Json]:
    import asyncio

    try:
        return await asyncio.gather(
            *(_one(document, prompt, model, overrides, window)
              for prompt in prompts for model in models)
        )  # fmt: skip
    finally:
        for model in models:
            await model.aclose()


async def _one(
    document: Document,
    prompt: Prompt,
    model: Model,
    overrides: dict[str, Any],
    window: int | None,
) -> Json:
    from summarizer.generation import request_key
    from summarizer.models.base import Request
    from summarizer.models.failures import RequestFailed
    from summarizer.prices import cost_usd, price_of
    from summarizer.replies import understand
    from summarizer.tokens import context_window, fit

    window = window or prompt.context_window or context_window(model.name)
    fitted = fit(prompt, document, model.name, window)
    params = prompt.request_params(overrides)
    if model.accepted is not None:
        params = {name: value for name, value in params.items() if name in model.accepted}
    key = request_key(
        fitted.messages, model=model.name, endpoint=model.endpoint, params=params, sample=0
    )
    request = Request(
        key, document.id, prompt.name, fitted.messages, params,
        source_text=fitted.source_text, length=prompt.length, language=prompt.language,
    )  # fmt: skip
    row: Json = {
        "document": document.id, "prompt": prompt.name, "model": model.spec,
        "params": params, "prompt_tokens_counted": fitted.tokens, "exact": fitted.exact,
        "cut": None if fitted.cut is None else {"kept": fitted.cut.kept, "of": fitted.cut.of},
        "status": "error", "summary": None, "cleanup": [], "claims": None,
        "usage": {"prompt_tokens": None, "completion_tokens": None}, "cost_usd": None,
        "latency_s": None, "error": None,
    }  # fmt: skip
    try:
        reply = await model.complete(request)
    except RequestFailed as error:
        kind = error.kind.value
        row["error"] = {"type": error.type, "kind": kind, "message": error.message}
        return row
    understood = understand(reply, prompt)
    row["status"], row["summary"] = understood.status, understood.summary
    row["cleanup"] = list(understood.cleanup)
    row["usage"] = {
        "prompt_tokens": reply.usage.prompt_tokens,
        "completion_tokens": reply.usage.completion_tokens,
    }
    row["cost_usd"] = cost_usd(reply.usage, price_of(model.spec))
    row["latency_s"] = reply.latency_s
    if understood.summary:
        row["claims"] = _claims(document, understood.summary)
    return row


def _claims(document: Document, summary: str) -> Json:
    from collections import Counter

    from summarizer_eval.claims import check_claims

    report = check_claims(
        document.source_text, summary, title=document.title, url=document.url or ""
    )
    counts = Counter(str(claim.verdict) for claim in report.claims)
    wrong = [
        {"text": claim.text, "verdict": claim.verdict, "reason": claim.reason}
        for claim in report.claims
        if claim.verdict in ("contradicted", "unsupported")
    ]
    verdicts = ("supported", "contradicted", "unsupported", "unchecked")
    return {**{verdict: counts[verdict] for verdict in verdicts}, "wrong": wrong}


def _show(document: Document, rows: list[Json]) -> None:
    from rich.columns import Columns
    from rich.panel import Panel
    from rich.text import Text

    from summarizer.cli.output import clean, console, print_line, shorten

    print_line(f"{shorten(document.title or document.id, 90)} ({len(document.source_text)} chars)")
    panels = [
        Panel(
            Text(clean(_body(row))),
            title=Text(clean(f"{row['prompt']} @ {row['model']}")),
            width=76,
        )
        for row in rows
    ]
    console().print(Columns(panels))


def _body(row: Json) -> str:
    if row["error"]:
        return f"{row['error']['type']}: {row['error']['message']}"
    lines = [row["summary"] or f"({row['status']})", ""]
    if row["claims"]:
        counts = row["claims"]
        names = ("supported", "contradicted", "unsupported")
        lines.append("claims: " + ", ".join(f"{counts[name]} {name}" for name in names))
        lines += [f"  {w['verdict']}: {w['text']} ({w['reason']})" for w in counts["wrong"][:5]]
    usage = row["usage"]
    measured = usage["prompt_tokens"] is not None
    into = usage["prompt_tokens"] if measured else f"{row['prompt_tokens_counted']} counted"
    out = usage["completion_tokens"] if measured else "not measured"
    lines.append(f"tokens: {into} in, {out} out")
    cost = row["cost_usd"]
    lines.append("cost: " + ("not measured" if cost is None else f"${cost:.6f}"))
    if row["latency_s"] is not None:
        lines.append(f"time: {row['latency_s']:.2f} s")
    if row["status"] != "ok":
        lines.append(f"status: {row['status']}")
    if row["cleanup"]:
        lines.append("clean-up: " + ", ".join(row["cleanup"]))
    return "\n".join(lines)
