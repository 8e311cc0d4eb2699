"""Where carries are computed, and how they change the answer."""
