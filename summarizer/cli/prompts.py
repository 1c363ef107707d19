"""``summarizer prompts``: the templates, and the exact messages that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from summarizer.cli.options import json_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from summarizer.document import Document
    from summarizer.prompt import Prompt

__all__ = ["command", "prompts_dir_option"]


def prompts_dir_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--prompts-dir``: the user's own templates."""
    return click.option(
        "--prompts-dir",
        "folders",
        multiple=True,
        type=click.Path(file_okay=False),
        help="Folder of your own prompts; goes before the shipped ones. Repeats.",
    )(function)


@click.group("prompts", epilog="Example: summarizer prompts render brief_zh --document post.md")
def command() -> None:
    """List, show, render and compare prompt templates."""


@command.command("list", epilog="Example: summarizer prompts list --prompts-dir my-prompts")
@prompts_dir_option
@json_option("JSON Lines.")
def list_(folders: tuple[str, ...], as_json: bool) -> None:
    """List the prompts."""
    from summarizer.cli.output import print_rows, print_table
    from summarizer.prompt import list_prompts

    prompts = list_prompts(folders)
    if as_json:
        print_rows(_row(prompt) for prompt in prompts)
        return
    print_table(
        ["name", "language", "length", "format", "fingerprint", "description"],
        [
            (prompt.name, prompt.language or "-", _length(prompt), prompt.format,
             prompt.fingerprint[:12], prompt.description)
            for prompt in prompts
        ],
    )  # fmt: skip


@command.command("show", epilog="Example: summarizer prompts show brief_zh")
@click.argument("name")
@prompts_dir_option
@json_option()
def show(name: str, folders: tuple[str, ...], as_json: bool) -> None:
    """Print the template of prompt NAME (a name or a path)."""
    from summarizer.cli.output import print_json, print_line
    from summarizer.prompt import Prompt

    prompt = Prompt.load(name, folders=folders)
    if as_json:
        print_json({**_row(prompt), "text": prompt.text})
    else:
        print_line(prompt.text.rstrip("\n"))


@command.command(
    "render", epilog="Example: summarizer prompts render brief_zh --document post.md --model gpt-4o"
)
@click.argument("name")
@click.option("--document", "file", required=True, type=click.Path(), help="A document's file.")
@click.option("--model", default="gpt-4.1", show_default=True, help="Whose tokens to count.")
@click.option("--context-window", type=click.IntRange(1), help="Cut the source to fit, tokens.")
@prompts_dir_option
@json_option()
def render(
    name: str,
    file: str,
    model: str,
    context_window: int | None,
    folders: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print the exact messages that prompt NAME makes of a document, with their token counts."""
    from summarizer.cli.output import print_json, print_line
    from summarizer.prompt import Prompt
    from summarizer.tokens import count_text, fit

    prompt = Prompt.load(name, folders=folders)
    document = read_one(file)
    window = context_window or prompt.context_window
    fitted = fit(prompt, document, model, window)
    params = prompt.request_params()
    counts = [count_text(message["content"], model) for message in fitted.messages]
    cut = None if fitted.cut is None else {"kept": fitted.cut.kept, "of": fitted.cut.of}
    if as_json:
        messages = [
            {**message, "tokens": count.tokens}
            for message, count in zip(fitted.messages, counts, strict=True)
        ]
        print_json(
            {"prompt": prompt.name, "fingerprint": prompt.fingerprint, "document": document.id,
             "model": model, "messages": messages, "tokens": fitted.tokens,
             "exact": fitted.exact, "cut": cut, "params": params}
        )  # fmt: skip
        return
    for message, count in zip(fitted.messages, counts, strict=True):
        print_line(f"--- {message['role']} ({count.tokens} tokens)")
        print_line(message["content"])
        print_line()
    kind = "tokens" if fitted.exact else "tokens, an estimate"
    print_line(f"--- {fitted.tokens} {kind} for {model}; parameters {_compact(params)}")
    if fitted.cut is not None:
        print_line(f"--- source cut to {fitted.cut.kept} of {fitted.cut.of} tokens")


@command.command("diff", epilog="Example: summarizer prompts diff brief_zh short_zh")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@prompts_dir_option
@json_option()
def diff(first: str, second: str, folders: tuple[str, ...], as_json: bool) -> None:
    """Compare two prompts: a unified diff of their templates, and whether they ask alike."""
    import difflib

    from summarizer.cli.output import print_json, print_line
    from summarizer.prompt import Prompt

    one, other = (Prompt.load(name, folders=folders) for name in (first, second))
    lines = list(
        difflib.unified_diff(
            one.text.splitlines(), other.text.splitlines(), one.name, other.name, lineterm=""
        )
    )
    same = one.fingerprint == other.fingerprint
    if as_json:
        print_json(
            {"a": _row(one), "b": _row(other), "same_messages": same,
             "same_params": one.request_params() == other.request_params(), "diff": lines}
        )  # fmt: skip
        return
    for line in lines:
        print_line(line)
    verdict = "make the same messages" if same else "make different messages"
    print_line(f"{one.fingerprint[:12]} and {other.fingerprint[:12]} {verdict}")


def read_one(file: str) -> Document:
    """The first document of a file; ``-`` reads Markdown or plain text from stdin.

    Raises:
        ArchiveError: the file holds no document.
    """
    import sys
    import tempfile
    from pathlib import Path

    from summarizer.errors import ArchiveError

    if file == "-":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "stdin.md"
            path.write_bytes(sys.stdin.buffer.read())
            return _first(path) or _plain(path, "stdin")
    path = Path(file)
    if not path.is_file():
        raise ArchiveError("no such file", where=file)
    return _first(path) or _plain(path, path.name)


def _first(path: Any) -> Document | None:
    from summarizer.archive import read_archive

    return next(iter(read_archive([str(path)], root=path.parent, archive_wide=False)), None)


def _plain(path: Any, name: str) -> Document:
    """A file without our headings is a source as it stands: HTML or plain text."""
    import hashlib

    from summarizer.document import Document
    from summarizer.errors import ArchiveError
    from summarizer.markup import extract_text

    data = path.read_bytes()
    text = extract_text(data.decode("utf-8", "replace")).text.strip()
    if not text:
        raise ArchiveError("holds no text", where=name)
    digest = hashlib.sha256(data).hexdigest()
    title = text.splitlines()[0][:80]
    return Document(name, name, None, title, {}, text, text, None, digest, None)


def _row(prompt: Prompt) -> dict[str, Any]:
    length = prompt.length
    return {
        "name": prompt.name,
        "description": prompt.description,
        "language": prompt.language,
        "length": None
        if length is None
        else {"target": length.target, "unit": length.unit, "maximum": length.maximum},
        "format": prompt.format,
        "params": prompt.request_params(),
        "context_window": prompt.context_window,
        "summary_field": prompt.summary_field,
        "fingerprint": prompt.fingerprint,
    }


def _length(prompt: Prompt) -> str:
    if prompt.length is None:
        return "-"
    maximum = "" if prompt.length.maximum is None else f" (at most {prompt.length.maximum})"
    return f"{prompt.length.target} {prompt.length.unit}{maximum}"


def _compact(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)
