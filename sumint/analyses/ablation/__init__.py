"""The rise in loss when a part of the model is ablated."""
