"""Which part of a long list a page shows."""

from collections.abc import Sequence
from math import ceil
from typing import TypeVar

import attrs

T = TypeVar("T")

PAGE_SIZE = 50


@attrs.frozen
class Paging:
    """One page of a list, by its number from 1 up."""

    page: int

    @property
    def offset(self) -> int:
        """How many are passed over."""
        return (self.page - 1) * PAGE_SIZE

    def part(self, whole: Sequence[T]) -> Sequence[T]:
        """Give those of the page.

        >>> Paging(2).part(range(60))
        range(50, 60)
        """
        return whole[self.offset : self.offset + PAGE_SIZE]

    def of(self, total: int) -> dict[str, int]:
        """Give what the template needs to lead to the others of so many.

        >>> Paging(2).of(60)
        {'page': 2, 'pages': 2, 'first': 51}
        """
        pages = max(1, ceil(total / PAGE_SIZE))
        return {"page": self.page, "pages": pages, "first": self.offset + 1}
