"""Training by the recipe of the write-up."""
