"""Published sites read back: checked, and compared with one another."""
