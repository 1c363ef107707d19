"""Factual claims: split, checked against the source, with evidence."""
