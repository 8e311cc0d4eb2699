"""Trains a model by the write-up's recipe."""
