"""How a page says which address it answers."""

from collections.abc import Callable

import attrs
from starlette.responses import Response

from student_transfer.web.visit import Visit

Answer = Callable[[Visit], Response]
"""A page: from a visit to the answer. Errors of the library may leave it."""


@attrs.frozen
class PageRoute:
    """An address, the methods it takes, and the page that answers."""

    path: str
    name: str
    answer: Answer
    methods: tuple[str, ...] = ("GET",)


def reads(path: str, name: str, answer: Answer) -> PageRoute:
    """Make a page that only shows something."""
    return PageRoute(path, name, answer)


def does(path: str, name: str, answer: Answer) -> PageRoute:
    """Make a page that is sent a form."""
    return PageRoute(path, name, answer, ("POST",))
