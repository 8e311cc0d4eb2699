"""Published sites that are read back from disk, checked, and compared with one another."""
