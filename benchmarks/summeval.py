"""SummEval: our 24 correlations with expert scores beside the published ones.

    python benchmarks/summeval.py ../shared/benchmarks/summeval.json

Summary level: Spearman and Kendall per document over its 16 systems, then the mean; documents
with constant scores are skipped. Mean of F over the 11 references, with stemming; the published
"ROUGE-L" is ROUGE-Lsum over sentences that end in " . " (arXiv 2106.11520, 2303.16634).
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path

from scipy.stats import kendalltau, spearmanr

from summarizer_eval.rouge import Rouge
from summarizer_eval.tokenizers import RougeScoreTokenizer

ASPECTS = ("coherence", "consistency", "fluency", "relevance")
PUBLISHED = {
    "rouge1": ((0.167, 0.126), (0.160, 0.130), (0.115, 0.094), (0.326, 0.252)),
    "rouge2": ((0.184, 0.139), (0.187, 0.155), (0.159, 0.128), (0.290, 0.219)),
    "rougeLsum": ((0.128, 0.099), (0.115, 0.092), (0.105, 0.084), (0.311, 0.237)),
}


def lines(text: str) -> str:
    """One sentence a line."""
    return text.replace(" . ", " .\n")


def correlations(path: Path) -> dict[tuple[str, str], tuple[float, float]]:
    """Spearman and Kendall, by ROUGE type and aspect."""
    data = json.loads(path.read_text("utf-8"))
    rouge = Rouge(RougeScoreTokenizer(stem=True), splitter="newline.1")
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for entry in data.values():
        references = [lines(text) for text in entry["ref_summs"]]
        systems = list(entry["sys_summs"].values())
        scores = [
            rouge.score_multi(references, lines(s["sys_summ"]), list(PUBLISHED), rule="mean")
            for s in systems
        ]
        for aspect in ASPECTS:
            human = [s["scores"][aspect] for s in systems]
            for kind in PUBLISHED:
                ours = [score[kind].fmeasure for score in scores]
                if len(set(human)) > 1 and len(set(ours)) > 1:
                    pair = (spearmanr(human, ours)[0], kendalltau(human, ours)[0])
                    found.setdefault((kind, aspect), []).append(pair)
    return {
        name: (sum(rho for rho, _ in pairs) / len(pairs), sum(tau for _, tau in pairs) / len(pairs))
        for name, pairs in found.items()
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("summeval", type=Path)
    found = correlations(parser.parse_args().summeval)
    worst = 0.0
    print(f"{'':24} {'Spearman':>9} {'published':>9} {'Kendall':>9} {'published':>9}")
    for kind, published in PUBLISHED.items():
        for aspect, (rho, tau) in zip(ASPECTS, published, strict=True):
            ours_rho, ours_tau = found[kind, aspect]
            worst = max(worst, abs(ours_rho - rho), abs(ours_tau - tau))
            label = f"{kind} {aspect}"
            print(f"{label:24} {ours_rho:9.3f} {rho:9.3f} {ours_tau:9.3f} {tau:9.3f}")
    print(f"greatest difference {worst:.4f} (the published figures have three digits)")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
