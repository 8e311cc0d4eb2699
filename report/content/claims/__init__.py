"""Claims: sentences with a criterion, the outcome of their checks, and how both are published."""
