"""The commands of `python -m report`, in the order in which the help lists them.

Each command has a module with `add`, which adds it to the application, and a function whose parameters are its
options and which returns the exit code. That function imports what it needs when it runs, so that the help appears
immediately. `seeds` is added to the commands of `python -m sumint`.
"""

from report.cli import build, bundle, cache, check, diff, new, serve

COMMANDS = (build, new, serve, check, diff, cache, bundle)
