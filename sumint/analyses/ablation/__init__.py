"""What the loss becomes when a part of the model is replaced."""
