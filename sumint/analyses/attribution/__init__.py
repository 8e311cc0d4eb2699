"""Direct logit attribution, by component and by path."""
