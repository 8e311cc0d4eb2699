"""Where carries are computed, and how they reach the answer."""
