"""The commands of `python -m report`, in the order in which the help lists them.

Each command has a module with `add`, which declares it, and `run`, which runs it and returns the exit code. A
command imports what it needs when it runs, so that the help appears immediately.
"""

from report.cli import build, bundle, cache, check, diff, serve

COMMANDS = (build, serve, check, diff, cache, bundle)
