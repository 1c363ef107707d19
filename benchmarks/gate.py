"""How often the default gate passes, regresses or cannot tell, with and without planted harm.

    python benchmarks/gate.py ARCHIVE [--draws 1000] [--sizes 30,60,120,200,300]

Sources of ARCHIVE with three different stored summaries give A/A pairs: one summary is the
reference, the others are baseline and candidate. Prints outcomes by size with their Monte Carlo
standard error; then the same with harm planted in the candidate: in independent generations
(baseline and candidate are different summaries) and in the same generation (the harm alone
differs).
"""

from __future__ import annotations

import argparse
import sys

from summarizer import read_archive
from summarizer_eval.calibration import Triples
from summarizer_eval.harms import standard_harms


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("archive")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--sizes", default="30,60,120,200,300")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    documents = list(read_archive(options.archive))
    triples = Triples(documents, seed=options.seed)
    out = sys.stdout
    out.write(f"{len(triples)} sources with three summaries, {options.draws} draws\n\n")
    out.write(f"{'what':<34} {'pairs':<12} {'size':>5} {'pass':>6} {'regress':>8} {'±':>6} "
              f"{'inconcl.':>9}\n")  # fmt: skip
    sizes = [int(size) for size in options.sizes.split(",")]
    for harm in [None, *standard_harms(document.reference for document in documents)]:
        harmed = triples.harmed(harm.plant) if harm else None
        name, share = (harm.name, harm.share) if harm else ("A/A", 1.0)
        for same in (False, True) if harm else (False,):
            for size in sizes:
                rates = triples.rates(
                    size, draws=options.draws, harmed=harmed, share=share, same=same
                )
                out.write(
                    f"{name:<34} {'same' if same else 'independent':<12} {size:>5} "
                    f"{rates.passed:>6.3f} {rates.regressed:>8.3f} "
                    f"{rates.monte_carlo_error:>6.3f} {rates.inconclusive:>9.3f}\n"
                )
                out.flush()


if __name__ == "__main__":
    main()
