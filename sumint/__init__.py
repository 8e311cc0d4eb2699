"""What is true of a transformer that adds: its weights, its data and every measurement.

Nothing in this package knows how a result is drawn or told; that is the job of `report`.
"""
