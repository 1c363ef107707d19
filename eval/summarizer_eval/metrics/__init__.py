"""The metrics that come with the house, and the registry that finds users' own."""

from summarizer_eval.metrics.registry import Settings, build_metrics, metric_groups

__all__ = ["Settings", "build_metrics", "metric_groups"]
