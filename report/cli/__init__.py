"""The commands of `python -m report`, in the order in which its help lists them.

Each has a module with `add`, which declares it, and `run`, which runs it and gives the exit code. What a command
needs is imported when it runs, so that its help is there at once.
"""

from report.cli import build, bundle, cache, check, diff, serve

COMMANDS = (build, serve, check, diff, cache, bundle)
