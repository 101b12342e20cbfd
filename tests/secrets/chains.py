"""What an error hangs on: where a key could be shown although its message shows none."""

from collections.abc import Iterator


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, its causes and its contexts, each once."""
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        found = left.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        left += [found.__cause__, found.__context__]
