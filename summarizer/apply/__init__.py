"""Writes the summaries of a run into the archive that they were made of, and nothing else."""

from summarizer.apply.applier import Applier, Options
from summarizer.apply.candidate import Applied, Candidate, candidates

__all__ = ["Applied", "Applier", "Candidate", "Options", "candidates"]
