"""Writes the summaries of a run into the archive that they were made of, and nothing else."""

from summarizer.apply.applier import Applied, Applier, Candidate, Options, candidates

__all__ = ["Applied", "Applier", "Candidate", "Options", "candidates"]
