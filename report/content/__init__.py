"""The content of a page: figures, tables, claims and the picture as frozen values without presentation."""
