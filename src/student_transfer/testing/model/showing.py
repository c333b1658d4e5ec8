"""Whom an answer of a use case shows."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import wraps
from typing import Any

import attrs

from student_transfer.permissions import Actor
from student_transfer.services import TransferService
from student_transfer.students import Student


def students_in(answer: object) -> Iterator[Student]:
    """Yield every student in an answer, however deep.

    Those that are computed on demand are in what they are computed from.
    """
    if isinstance(answer, Student):
        yield answer
    elif attrs.has(kind := type(answer)):
        for field in attrs.fields(kind):
            yield from students_in(getattr(answer, field.name))
    elif isinstance(answer, Mapping):
        yield from students_in([*answer, *answer.values()])
    elif isinstance(answer, Collection) and not isinstance(answer, str | bytes):
        for one in answer:
            yield from students_in(one)


class Watched:
    """The service, of which every answer to a person is looked at."""

    def __init__(
        self, service: TransferService, look: Callable[[Actor, object], None]
    ) -> None:
        """Be around a service.

        Args:
            service: The service.
            look: Is given who has asked, and the answer.
        """
        self._service = service
        self._look = look

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a use case."""
        use_case = getattr(self._service, name)

        @wraps(use_case)
        def watched(*args: object, **kwargs: object) -> object:
            answer = use_case(*args, **kwargs)
            if args and isinstance(args[0], Actor):
                self._look(args[0], answer)
            return answer

        return watched
