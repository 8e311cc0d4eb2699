"""The model in transformer_lens, and how its activations are taken apart."""
