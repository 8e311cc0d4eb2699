"""How well the model adds."""
