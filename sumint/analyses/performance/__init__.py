"""The model's performance on the sample and on all sums."""
