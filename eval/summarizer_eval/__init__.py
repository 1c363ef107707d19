"""Scores of summaries: ROUGE, claims, comparisons, the gate and the report."""
