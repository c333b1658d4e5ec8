"""Which part of a long list a page shows."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import TypeVar

import attrs

T = TypeVar("T")

PAGE_SIZE = 50


@attrs.frozen
class Paging:
    """One page of a list, by its number from 1 up, and how many a page has."""

    page: int
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """How many entries of the list come before this page."""
        return (self.page - 1) * self.size

    def within(self, total: int) -> "Paging":
        """Return this page, or the last one of a list that is too short to have it.

        A list grows shorter while it is worked through, and going back asks for a page
        that was there.

        >>> [Paging(3).within(total).page for total in (160, 60, 0)]
        [3, 2, 1]
        """
        return attrs.evolve(self, page=min(self.page, self._pages(total)))

    def ask(
        self, ask: Callable[[int], T], count: Callable[[T], int]
    ) -> tuple["Paging", T]:
        """Ask for the page by its offset; past the end, for the last one instead.

        >>> asked = lambda offset: range(60)[offset:]
        >>> Paging(9).ask(asked, lambda found: 60)
        (Paging(page=2, size=50), range(50, 60))
        """
        found = ask(self.offset)
        there = self.within(count(found))
        return there, found if there == self else ask(there.offset)

    def uncounted(
        self, read: Callable[..., Sequence[T]]
    ) -> tuple["Paging", Sequence[T], bool]:
        """Read the page of a list that is not counted: that would read all of it.

        Args:
            read: Gives a part of the list, by ``offset`` and ``limit``.

        Returns:
            The page, or the first where there is none; its entries; whether more
            follow.

        >>> read = lambda offset, limit: range(60)[offset : offset + limit]
        >>> Paging(2).uncounted(read), Paging(9).uncounted(read)[0].page
        ((Paging(page=2, size=50), range(50, 60), False), 1)
        """
        found = read(offset=self.offset, limit=self.size + 1)
        if not found and self.page > 1:
            return attrs.evolve(self, page=1).uncounted(read)
        return self, found[: self.size], len(found) > self.size

    def part(self, whole: Sequence[T]) -> Sequence[T]:
        """Return the entries of this page.

        >>> Paging(2).part(range(60))
        range(50, 60)
        """
        return whole[self.offset : self.offset + self.size]

    def of(self, total: int) -> dict[str, int]:
        """Return what a template needs to link to the other pages of a list.

        >>> Paging(2).of(60)
        {'page': 2, 'pages': 2, 'first': 51}
        """
        pages = self._pages(total)
        return {"page": self.page, "pages": pages, "first": self.offset + 1}

    def _pages(self, total: int) -> int:
        """Return how many pages there are; an empty list has one."""
        return max(1, ceil(total / self.size))
