"""Why a command could not do what was asked."""

WRONG_USAGE = 2
UNREACHABLE = 3


class CommandError(Exception):
    """What was asked cannot be done; the message is for the person who asked, *code* is the command's exit code."""

    def __init__(self, message: str, code: int = WRONG_USAGE) -> None:
        self.code = code
        super().__init__(message)
