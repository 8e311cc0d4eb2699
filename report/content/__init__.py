"""What a page contains: figures, tables, claims and diagrams as frozen values, without any looks."""
