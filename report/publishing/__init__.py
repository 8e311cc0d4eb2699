"""Publishing: a site is written to disk atomically, with its links checked and its provenance recorded."""
