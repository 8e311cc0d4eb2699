"""The task: sums as tokens, their carries, and minimal pairs that differ in one carry only."""
