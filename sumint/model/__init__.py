"""The model in transformer_lens, and how its residual stream and logits are decomposed."""
