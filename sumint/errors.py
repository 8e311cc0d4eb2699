"""The error that reports a problem to the user."""


class InputError(Exception):
    """A problem with the user's input or machine that the user can fix.

    The message is one line: where the problem is, what was expected and found, and what to do. The command lines
    print it and exit with code 2; any other exception is a defect and keeps its traceback.
    """
