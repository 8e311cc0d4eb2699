"""The content of a page: figures, tables, claims and diagrams as frozen values without presentation."""
