"""Measurements of the weights alone."""
