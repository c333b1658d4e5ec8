"""How a person looks for students: by the beginnings of names, in one order."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from student_transfer.names import name_order, normal_words
from student_transfer.students import Student

T = TypeVar("T")

_MOST_WORDS = 20  # words of a search that count; no name has more


def searched(text: str) -> tuple[str, ...]:
    """Give the words of a search, in their normal form."""
    return normal_words(text)[:_MOST_WORDS]


def begins_so(texts: Iterable[str], words: Sequence[str]) -> bool:
    """Say whether for each word something in the texts begins so (REV-1).

    >>> begins_so(["Maya Adaeze", "Okafor"], ["oka", "ada"])
    True
    >>> begins_so(["Maya"], ["aya"])
    False
    """
    has = normal_words(" ".join(texts))
    return all(any(part.startswith(word) for part in has) for word in words)


def student_order(student: Student | None, key: str) -> tuple[object, ...]:
    """Sort as a person looks for a name, always in the same way; the nameless first."""
    if student is None:
        return ((), (), key)
    return (*name_order(student.family_name, student.given_name), key)


def page(found: Sequence[T], offset: int, limit: int | None) -> tuple[T, ...]:
    """Give some of what was found: from an offset on, up to a limit.

    Raises:
        ValueError: One of them is below 0.
    """
    if offset < 0 or (limit is not None and limit < 0):
        raise ValueError("offset and limit have to be 0 or more")
    return tuple(found[offset:][:limit])
