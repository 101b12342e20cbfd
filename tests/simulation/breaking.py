"""How an invariant breaks."""


class BrokenInvariantError(BaseException):
    """Something happened that must never happen; no `except Exception` may swallow it."""


def expect(holds: bool, problem: str) -> None:  # noqa: FBT001 reads like assert
    """Raise when an invariant does not hold."""
    if not holds:
        raise BrokenInvariantError(problem)
