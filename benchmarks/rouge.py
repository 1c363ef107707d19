"""ROUGE: pairs a CPU-second, ours beside rouge-score and rouge-chinese, and whether they agree.

    python benchmarks/rouge.py ../shared

Chinese pairs are the stored summaries of one archive, English ones are SummEval's (each text once;
a random sample; and the first ones in their own order, where a summary meets eleven references one
after the other) and the archive's abstracts. "one by one" is `Rouge.score`, "batches"
`Rouge.score_pairs`, as `score` calls it. rouge-score runs with our tokenizer on Chinese (its own
deletes every character). rouge-chinese is no dependency of the project: it is measured where it is
installed, and said to be absent elsewhere.
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
from summarizer_eval.rouge import Rouge, Score
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


def english_pairs(shared: Path, size: int) -> dict[str, Pairs]:
    """System summaries against references, in three orders."""
    data = json.loads((shared / "benchmarks" / "summeval.json").read_text("utf-8"))
    pairs = [
        (reference.replace(" . ", " .\n"), system["sys_summ"].replace(" . ", " .\n"))
        for entry in data.values()
        for system in entry["sys_summs"].values()
        for reference in entry["ref_summs"]
    ]
    rng = random.Random(0)
    columns = [list(dict.fromkeys(column)) for column in zip(*pairs, strict=True)]
    for column in columns:
        rng.shuffle(column)
    return {
        "each once": list(zip(*columns, strict=False))[:size],
        "sample": rng.sample(pairs, size),
        "11 refs": pairs[:size],
    }


def abstract_pairs(shared: Path, size: int) -> Pairs:
    """English abstracts of the archive against each other."""
    documents = read_archive([shared / "corpus" / "papers"])
    texts = [d.source_text for d in documents if main_language(d.source_text) == "en"]
    lines = [text.replace(". ", ".\n") for text in texts]
    rng = random.Random(0)
    return [(rng.choice(lines), rng.choice(lines)) for _ in range(size)]


def rate(run: Callable[[Pairs], object], pairs: Pairs, *, repeats: int = 1) -> float:
    """Pairs a CPU-second; the best of some repeats, each as if the texts had not been seen."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        run(pairs)
        seconds.append(time.process_time() - start)
    return len(pairs) / min(seconds)


def chinese_rival() -> Callable[[Pairs], object] | None:
    """rouge-chinese on characters, where it is installed."""
    try:
        from rouge_chinese import Rouge as RougeChinese
    except ModuleNotFoundError:
        return None
    rival = RougeChinese()
    return lambda pairs: [rival.get_scores([" ".join(b)], [" ".join(a)]) for a, b in pairs]


def compare(
    name: str,
    pairs: Pairs,
    stock: Callable[[list[str]], RougeScorer],
    ours: Callable[[], Rouge],
    few: int,
) -> None:
    """Two lines of the table: speeds and the greatest difference."""
    for types in (NGRAMS_AND_L, ["rougeLsum"]):
        reference = stock(types)
        some = pairs[:few]
        theirs = rate(lambda p, r=reference: [r.score(a, b) for a, b in p], some, repeats=3)  # type: ignore[misc]

        def singly(some: Pairs, types: list[str] = types) -> None:
            scorer = ours()
            for a, b in some:
                scorer.score(a, b, types)

        def batches(some: Pairs, types: list[str] = types) -> list[dict[str, Score]]:
            return ours().score_pairs(some, types)

        single, batch = (rate(run, pairs, repeats=3) for run in (singly, batches))
        worst = max(
            abs(x - y)
            for (a, b), found in zip(some, batches(some), strict=True)
            for kind, value in reference.score(a, b).items()
            for x, y in zip(value, found[kind], strict=True)
        )
        label = f"{name} {'R1+R2+RL' if types is NGRAMS_AND_L else 'Lsum'}"
        print(
            f"{label:30} {theirs:11.0f} {single:11.0f} {batch:9.0f} {single / theirs:10.1f}x"
            f" {batch / theirs:8.1f}x {worst:9.0e}"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--pairs", type=int, default=1954)
    parser.add_argument("--few", type=int, default=300, help="pairs for the slow ones")
    options = parser.parse_args()
    chinese = chinese_pairs(options.shared, options.pairs)
    english = english_pairs(options.shared, options.pairs)
    english["abstracts"] = abstract_pairs(options.shared, options.pairs)
    print(
        f"{'pairs a CPU-second':30} {'rouge-score':>11} {'one by one':>11} {'batches':>9}"
        f" {'one by one':>11} {'batches':>9} {'gap':>9}"
    )
    compare(
        "zh",
        chinese,
        lambda types: RougeScorer(types, tokenizer=CjkTokenizer()),
        lambda: Rouge(CjkTokenizer(), splitter="newline.1"),
        options.few,
    )
    for stem in (False, True):
        for label, pairs in english.items():
            compare(
                f"en {label}{', stemmed' if stem else ''}",
                pairs,
                lambda types, s=stem: RougeScorer(types, use_stemmer=s),  # type: ignore[misc]
                lambda s=stem: Rouge(RougeScoreTokenizer(stem=s), splitter="newline.1"),  # type: ignore[misc]
                options.few,
            )
    rival = chinese_rival()
    if rival is None:
        print("rouge-chinese is not installed here: not measured")
    else:
        print(f"{'zh rouge-chinese R1+R2+RL':30} {rate(rival, chinese[:200]):11.0f}")


if __name__ == "__main__":
    main()
