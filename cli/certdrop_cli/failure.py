"""Why a command could not do what was asked."""

WRONG_USAGE = 2


class CommandError(Exception):
    """What was asked cannot be done; the message is for the person who asked."""
