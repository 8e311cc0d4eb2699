"""The sizes of models and trainings that are supported.

They have a module of their own, which imports nothing: a command line names them before it imports what computes.
"""

from __future__ import annotations

SUPPORTED_DIGITS = range(2, 7)
"""The numbers of digits of an operand."""
MAX_HEADS = 64
"""The largest number of heads in a layer, because analyses per head or per pair of heads take time."""
MAX_EPOCHS = 10_000
"""The largest number of epochs; the card of such a training is about as large as a card may be."""

MIN_WIDTH = 3
"""The smallest dimension of the residual stream: a plane for the digits and at least one more direction."""
MAX_WIDTH = 1024
"""The largest dimension of the residual stream and of a head, so that matrices between them fit into memory."""
