"""ROUGE: pairs a CPU-second, ours beside rouge-score and rouge-chinese, and whether they agree.

    python benchmarks/rouge.py ../shared

Chinese pairs are the stored summaries of one archive, English ones are SummEval's (a random sample,
and the first ones in their own order, where a summary meets eleven references one after the other)
and the archive's abstracts. rouge-score runs
with our tokenizer on Chinese (its own deletes every character). rouge-chinese is no dependency of
the project: it is measured where it is installed, and said to be absent elsewhere.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rouge_score.rouge_scorer import RougeScorer

from summarizer.archive import read_archive
from summarizer.document import main_language
from summarizer_eval.rouge import Rouge
from summarizer_eval.tokenizers import CjkTokenizer, RougeScoreTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

Pairs = list[tuple[str, str]]
NGRAMS_AND_L = ["rouge1", "rouge2", "rougeL"]


def chinese_pairs(shared: Path, size: int) -> Pairs:
    """Stored summaries against those of another document of the archive."""
    texts = [d.reference for d in read_archive([shared / "corpus" / "papers"]) if d.reference]
    rng = random.Random(0)
    lines = [text.replace("。", "。\n") for text in texts]
    return [(rng.choice(lines), rng.choice(lines)) for _ in range(size)]


def english_pairs(shared: Path, size: int, *, shuffled: bool) -> Pairs:
    """System summaries against references."""
    data = json.loads((shared / "benchmarks" / "summeval.json").read_text("utf-8"))
    pairs = [
        (reference.replace(" . ", " .\n"), system["sys_summ"].replace(" . ", " .\n"))
        for entry in data.values()
        for system in entry["sys_summs"].values()
        for reference in entry["ref_summs"]
    ]
    return random.Random(0).sample(pairs, size) if shuffled else pairs[:size]


def abstract_pairs(shared: Path, size: int) -> Pairs:
    """English abstracts of the archive against each other."""
    documents = read_archive([shared / "corpus" / "papers"])
    texts = [d.source_text for d in documents if main_language(d.source_text) == "en"]
    lines = [text.replace(". ", ".\n") for text in texts]
    rng = random.Random(0)
    return [(rng.choice(lines), rng.choice(lines)) for _ in range(size)]


def rate(run: Callable[[str, str], object], pairs: Pairs) -> float:
    """Pairs a CPU-second."""
    start = time.process_time()
    for target, prediction in pairs:
        run(target, prediction)
    return len(pairs) / (time.process_time() - start)


def chinese_rival() -> Callable[[str, str], object] | None:
    """rouge-chinese on characters, where it is installed."""
    try:
        from rouge_chinese import Rouge as RougeChinese
    except ModuleNotFoundError:
        return None
    rival = RougeChinese()
    return lambda a, b: rival.get_scores([" ".join(b)], [" ".join(a)])


def compare(
    name: str,
    pairs: Pairs,
    stock: Callable[[list[str]], RougeScorer],
    ours: Callable[[], Rouge],
    few: int,
) -> None:
    """One table: speeds and the greatest difference."""
    for types in (NGRAMS_AND_L, ["rougeLsum"]):
        reference = stock(types)
        theirs = rate(reference.score, pairs[:few])
        scorer = ours()
        fast = rate(lambda a, b, s=scorer, t=types: s.score(a, b, t), pairs)  # type: ignore[misc]
        worst = max(
            abs(x - y)
            for a, b in pairs[:few]
            for kind, value in reference.score(a, b).items()
            for x, y in zip(value, scorer.score(a, b, types)[kind], strict=True)
        )
        label = f"{name} {'+'.join(types)}"
        print(f"{label:38} {theirs:12.0f} {fast:12.0f} {fast / theirs:8.1f}x {worst:12.1e}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--pairs", type=int, default=1954)
    parser.add_argument("--few", type=int, default=300, help="pairs for the slow ones")
    options = parser.parse_args()
    chinese = chinese_pairs(options.shared, options.pairs)
    english = english_pairs(options.shared, options.pairs, shuffled=True)
    several = english_pairs(options.shared, options.pairs, shuffled=False)
    abstracts = abstract_pairs(options.shared, options.pairs)
    print(f"{'':38} {'rouge-score':>12} {'ours':>12} {'faster':>9} {'greatest gap':>12}")
    compare(
        "zh",
        chinese,
        lambda types: RougeScorer(types, tokenizer=CjkTokenizer()),
        lambda: Rouge(CjkTokenizer(), splitter="newline.1"),
        options.few,
    )
    for stem in (False, True):
        sets = (("en short", english), ("en short, 11 refs", several), ("en abstracts", abstracts))
        for label, pairs in sets:
            compare(
                f"{label}{' stemmed' if stem else ''}",
                pairs,
                lambda types, s=stem: RougeScorer(types, use_stemmer=s),  # type: ignore[misc]
                lambda s=stem: Rouge(RougeScoreTokenizer(stem=s), splitter="newline.1"),  # type: ignore[misc]
                options.few,
            )
    rival = chinese_rival()
    if rival is None:
        print("rouge-chinese is not installed here: not measured")
    else:
        print(f"zh rouge-chinese (R1+R2+RL)      {rate(rival, chinese[:200]):12.0f} pairs/CPU-s")


if __name__ == "__main__":
    main()
