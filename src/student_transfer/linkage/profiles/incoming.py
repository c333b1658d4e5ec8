"""The students of an import, as whoever matches them gives them."""

from collections.abc import Iterable

from student_transfer.students import Student, StudentKey, each_student


def incoming_by_key(incoming: Iterable[Student]) -> dict[StudentKey, Student]:
    """Return the incoming students by their keys, in the order given.

    Raises:
        ValueError: Two of them have one key.
        TypeError: One of them is no `Student`.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron")
    >>> [*incoming_by_key([ada])]
    ['1']
    >>> incoming_by_key([ada, ada])
    Traceback (most recent call last):
    ValueError: Two incoming students have one key, '1'. Give each student once.
    """
    found: dict[StudentKey, Student] = {}
    for student in each_student(incoming, "incoming"):
        if student.key in found:
            told = f"Two incoming students have one key, {student.key!r}."
            raise ValueError(f"{told} Give each student once.")
        found[student.key] = student
    return found
