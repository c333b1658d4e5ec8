"""Whom an answer of a use case shows."""

from collections.abc import Collection, Iterator, Mapping

import attrs

from student_transfer.students import Student


def students_in(answer: object) -> Iterator[Student]:
    """Give every student in an answer, however deep.

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
