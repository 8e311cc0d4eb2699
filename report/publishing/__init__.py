"""Writing a site to disk in one step, with its links checked and its origin recorded."""
