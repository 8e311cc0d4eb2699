"""Seed summaries: the claims of the report, checked on checkpoints that were trained from other seeds."""
