"""Lists in pages: followed to their end, and no further than any list of the vendor's goes."""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from certdrop.errors import LostAnswerError

MOST_PAGES = 1000  # of 100 certificates or 1,000 objects


class Page(Protocol):
    """A page, with the token of the next one; empty on the last."""

    @property
    def next_token(self) -> str | None:
        """The token of the next page."""
        ...


PageT = TypeVar("PageT", bound=Page)


def follow(service: str, action: str, read: Callable[[str | None], PageT]) -> Iterator[PageT]:
    """Yield the pages that *read* returns for each token, None first; LostAnswerError for a list without end."""
    token: str | None = None
    for _ in range(MOST_PAGES):
        page = read(token)
        yield page
        if not page.next_token:
            return
        token = page.next_token
    raise endless(service, action)


def endless(service: str, action: str) -> LostAnswerError:
    """Return the error of a list that does not end."""
    return LostAnswerError(
        service=service, action=action, code="UnreadableAnswer", message=f"a list of more than {MOST_PAGES} pages"
    )
