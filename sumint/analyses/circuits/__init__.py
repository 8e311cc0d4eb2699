"""The circuit: found by patching, and run alone."""
