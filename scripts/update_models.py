"""Make summarizer/data/models.json: prices and context windows of chat models.

The table is the one that PyPI's ``litellm`` carries (MIT licence). Get a wheel and run:

    pip download --no-deps --dest /tmp/litellm litellm
    python scripts/update_models.py /tmp/litellm/litellm-*.whl --date 2026-11-24
"""

from __future__ import annotations

import argparse
import json
import re
import zipfile
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "summarizer" / "data" / "models.json"
TABLE = "litellm/model_prices_and_context_window_backup.json"

# Vendors and gateways that speak OpenAI's chat completions; others would only bloat the file.
PROVIDERS = {
    "anthropic", "azure", "cerebras", "dashscope", "deepinfra", "deepseek", "fireworks_ai",
    "gemini", "groq", "minimax", "mistral", "moonshot", "nebius", "novita", "openai", "openrouter",
    "perplexity", "sambanova", "together_ai", "volcengine", "xai", "zai",
}  # fmt: skip

# field of ours <- field of theirs; USD a token becomes USD a million tokens.
PRICES = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cached_input": "cache_read_input_token_cost",
    "batch_input": "input_cost_per_token_batches",
    "batch_output": "output_cost_per_token_batches",
    "batch_cached_input": "cache_read_input_token_cost_batches",
}
LIMITS = {"context_window": "max_input_tokens", "max_output": "max_output_tokens"}
LONG = re.compile(r"^input_cost_per_token_above_(\d+)k_tokens$")


def per_million(value: Any) -> float | None:
    """USD a token as USD a million tokens, without the noise of binary fractions."""
    return None if not isinstance(value, (int, float)) else round(float(value) * 1e6, 6)


def entry_of(row: dict[str, Any]) -> dict[str, Any]:
    """Our compact row for one of theirs."""
    entry: dict[str, Any] = {}
    for ours, theirs in PRICES.items():
        if (price := per_million(row.get(theirs))) is not None:
            entry[ours] = price
    for ours, theirs in LIMITS.items():
        if isinstance(row.get(theirs), int) and row[theirs] > 0:
            entry[ours] = row[theirs]
    for name in row:
        if match := LONG.match(name):
            tier = f"above_{match[1]}k_tokens"
            entry["long_above"] = int(match[1]) * 1000
            for ours in ("input", "output", "cached_input"):
                if (price := per_million(row.get(f"{PRICES[ours]}_{tier}"))) is not None:
                    entry[f"long_{ours}"] = price
    return entry


def main() -> None:
    """Read the wheel, write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--date", required=True, help="day of the download, YYYY-MM-DD")
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    with zipfile.ZipFile(options.wheel) as wheel:
        table = json.loads(wheel.read(TABLE))
    models = {
        name: entry
        for name, row in sorted(table.items())
        if row.get("mode") in ("chat", "responses")
        and row.get("litellm_provider") in PROVIDERS
        and (entry := entry_of(row))
    }
    version = options.wheel.name.split("-")[1]
    head = {
        "schema": 1,
        "source": f"litellm {version} (PyPI), {Path(TABLE).name}",
        "license": "MIT, Copyright (c) 2023 Berri AI",
        "date": options.date,
        "unit": "USD per million tokens; windows in tokens",
    }
    lines = [json.dumps(name) + ":" + json.dumps(row) for name, row in models.items()]
    text = json.dumps(head, indent=1)[:-2] + ',\n "models": {\n' + ",\n".join(lines) + "\n}}\n"
    options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
