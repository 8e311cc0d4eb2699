"""The one error that is for the person at the keyboard."""


class InputError(Exception):
    """Something the user gave, or the machine lacks, that the user can mend.

    The message is one line that says what was seen, where, and what to do. The command lines print it as it
    is and exit with code 2; everything else that is raised is a defect and keeps its traceback.
    """
