"""The report from Python: figures of results, and a build that returns what it built."""
