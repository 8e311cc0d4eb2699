"""A static-site generator: it turns measured results into chapters of text, figures and claims."""
