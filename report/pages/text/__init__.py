"""The text of a page: Markdown with formulas, expressions and conditions, rendered to HTML."""
