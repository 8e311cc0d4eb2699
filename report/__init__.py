"""How it is told: chapters of text and figures, made from measured results and published as a static site."""
