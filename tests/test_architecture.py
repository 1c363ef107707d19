"""The walls of the house: which room may import which, and what `--help` may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from summarizer.cli.app import COMMANDS

REPOSITORY = Path(__file__).resolve().parent.parent

# A room may import the rooms of its own level or of lower ones.
LEVELS = [
    ["errors", "eventloop", "jsonlines"],
    ["document"],
    ["sentences", "similarity", "markup", "textdiff"],
    ["archive", "selection", "models.base", "models.failures", "data"],
    ["prompt", "tokens", "prices", "budget", "models", "generation"],
    ["replies", "run", "cache", "testing", "estimate"],
    ["regeneration", "imports", "writeback", "apply", "batch"],
    ["cli", "__main__"],
]

HEAVY = {
    "aiohttp",
    "jieba",
    "nltk",
    "numpy",
    "openai",
    "pyarrow",
    "rapidfuzz",
    "rouge_score",
    "scipy",
    "selectolax",
    "tiktoken",
}


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, also inside functions; not what is for types only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            skipped.update(child for part in node.body for child in ast.walk(part))
    names: set[str] = set()
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module)
            if node.module in ("summarizer", "summarizer.models"):
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def level_of(module: str) -> int | None:
    """The level of a room, by the longest name that fits; None for what is no room."""
    name = module.removeprefix("summarizer").removeprefix(".")
    best: tuple[int, int] | None = None
    for level, rooms in enumerate(LEVELS):
        for room in rooms:
            fits = name == room or name.startswith((room + ".", room + "_"))
            if fits and (best is None or len(room) > best[0]):
                best = (len(room), level)
    return None if best is None else best[1]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")


SUMMARIZER = sorted((REPOSITORY / "summarizer").rglob("*.py"))
EVALUATION = sorted((REPOSITORY / "eval" / "summarizer_eval").rglob("*.py"))


@pytest.mark.parametrize("path", SUMMARIZER, ids=module_name)
def test_imports_run_one_way(path: Path) -> None:
    """A room of `summarizer` imports its own level or lower ones."""
    module = module_name(path)
    if module == "summarizer":
        return
    own = level_of(module)
    assert own is not None, f"{module} stands on no level: add it to LEVELS"
    too_high = [
        name
        for name in imports_of(path)
        if name.startswith("summarizer.") and (level_of(name) or 0) > own
    ]
    assert too_high == []


@pytest.mark.parametrize("path", SUMMARIZER, ids=module_name)
def test_only_the_command_imports_the_evaluation(path: Path) -> None:
    """Of `summarizer`, only `summarizer.cli` knows `summarizer_eval`."""
    module = module_name(path)
    evaluation = [name for name in imports_of(path) if name.startswith("summarizer_eval")]
    assert module.startswith("summarizer.cli") or evaluation == []


@pytest.mark.parametrize("path", EVALUATION, ids=module_name)
def test_the_evaluation_does_not_know_the_command(path: Path) -> None:
    """`summarizer_eval` uses the nouns of `summarizer`, never its command."""
    assert [name for name in imports_of(path) if name.startswith("summarizer.cli")] == []


def test_prompts_hold_no_python() -> None:
    """`prompts/` is data only."""
    assert list((REPOSITORY / "prompts").rglob("*.py")) == []


def test_nothing_is_called_eval() -> None:
    """No module of ours imports a package named `eval`."""
    wrong = {
        str(path): name
        for path in [*SUMMARIZER, *EVALUATION]
        for name in imports_of(path)
        if name.split(".")[0] == "eval"
    }
    assert wrong == {}


def test_every_command_stands() -> None:
    """Each name in the table of commands has its module."""
    missing = [
        name
        for name, (module, _) in COMMANDS.items()
        if not (REPOSITORY / "summarizer" / "cli" / f"{module}.py").exists()
    ]
    assert missing == []


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_loads_nothing_heavy(command: str) -> None:
    """`summarizer COMMAND --help` imports none of the packages that take long."""
    script = (
        "import sys\n"
        "from summarizer.cli.app import run\n"
        f"code = run({[*command.split(), '--help']!r})\n"
        f"print(sorted({HEAVY!r} & sys.modules.keys()), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip().splitlines()[-1] == "[]"
    assert "Usage: summarizer" in done.stdout
    if command:
        assert "Example" in done.stdout


def test_files_are_short() -> None:
    """A file has one job and about 350 lines at the most."""
    long = {
        module_name(path): lines
        for path in [*SUMMARIZER, *EVALUATION]
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 360
    }
    assert long == {}
