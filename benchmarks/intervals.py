"""How often nominal 95% intervals cover the true difference, on an archive's own noise.

    python benchmarks/intervals.py ARCHIVE [--draws 1000] [--sizes 30,100]

Sources with several stored summaries give differences of ROUGE-1 between two equally good summaries
against a third. The mean over all sources is the truth; samples of sources, each with all of its
files, are drawn with replacement. Prints the coverage of the t interval over sources (ours), of the
percentile bootstrap over sources, of BCa (scipy), and of a t interval that takes files as
independent.
"""

from __future__ import annotations

import argparse
import random
import sys
from itertools import permutations
from statistics import fmean
from typing import TYPE_CHECKING

from scipy import stats

from summarizer import read_archive
from summarizer_eval.rouge import Rouge
from summarizer_eval.statistics import bootstrap_interval, cluster_interval
from summarizer_eval.tokenizers import make_tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from summarizer.document import Document


def differences(documents: Sequence[Document], generator: random.Random) -> list[list[float]]:
    """For each source the differences that its files give."""
    rouge = Rouge(make_tokenizer("cjk"))
    groups: dict[str, list[str]] = {}
    for document in documents:
        if document.reference:
            groups.setdefault(document.key, []).append(document.reference)
    found = []
    for texts in groups.values():
        distinct = list(dict.fromkeys(texts))
        if len(distinct) < 3:
            continue
        orders = generator.sample(list(permutations(distinct[:6], 3)), 6)
        row = []
        for number in range(len(texts)):  # as many values as the source has files
            reference, first, second = orders[number % len(orders)]
            values = [
                rouge.score(reference, text, ("rouge1",))["rouge1"].fmeasure
                for text in (first, second)
            ]
            row.append(values[1] - values[0])
        found.append(row)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("archive")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--sizes", default="30,100")
    options = parser.parse_args()
    generator = random.Random(0)
    rows = differences(list(read_archive(options.archive)), generator)
    truth = fmean(fmean(row) for row in rows)
    sys.stdout.write(f"{len(rows)} sources, true difference {truth:+.4f}\n")
    sys.stdout.write(
        f"{'sources':>8} {'t':>7} {'bootstrap':>10} {'BCa':>7} {'files as independent':>21}\n"
    )
    for size in map(int, options.sizes.split(",")):
        hits = [0, 0, 0, 0]
        for draw in range(options.draws):
            drawn = generator.choices(rows, k=size)
            means = [fmean(row) for row in drawn]
            files = [value for row in drawn for value in row]
            ours = cluster_interval(means, [str(n) for n in range(size)])
            boot = bootstrap_interval(means, seed=draw)
            bca = stats.bootstrap(
                (means,), fmean, vectorized=False, n_resamples=199, method="BCa", rng=draw
            ).confidence_interval
            naive = cluster_interval(files, [str(n) for n in range(len(files))])
            bounds = [(ours.low, ours.high), boot, (bca.low, bca.high), (naive.low, naive.high)]
            for index, (low, high) in enumerate(bounds):
                hits[index] += low is not None and high is not None and low <= truth <= high
        shares = [count / options.draws for count in hits]
        sys.stdout.write(f"{size:>8} {shares[0]:>7.3f} {shares[1]:>10.3f} {shares[2]:>7.3f} "
                         f"{shares[3]:>21.3f}\n")  # fmt: skip


if __name__ == "__main__":
    main()
