"""How a person looks for students: by the beginnings of names, in one order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import attrs

from student_transfer.names import name_order, normal_words
from student_transfer.ports import UnitOfWork
from student_transfer.sites import SiteId
from student_transfer.students import Student

T = TypeVar("T")

_MOST_WORDS = 20  # words of a search that count; no name has more
FOUND_MOST = 500
"""How many students a search of a whole site finds; more words narrow it."""


@attrs.frozen(kw_only=True)
class FoundStudents:
    """Students of the own site, a page of them.

    Attributes:
        students: Those of the page, by family name, given name and key.
        total: How many were found.
        cut_off: Whether there are more than a search finds: more words narrow it.
        too_wide: Whether nothing was looked for, because there are many students and
            neither a school nor a name was given.
    """

    students: tuple[Student, ...] = ()
    total: int = 0
    cut_off: bool = False
    too_wide: bool = False


def search_words_of(text: str) -> tuple[str, ...]:
    """Return the words of a search, in their normal form."""
    return normal_words(text)[:_MOST_WORDS]


def search_site(
    work: UnitOfWork, site_id: SiteId, words: Sequence[str], most: int
) -> tuple[Sequence[Student], bool]:
    """Search a whole site; say as well whether more are found than are returned."""
    found = work.roster.search(site_id, words, most + 1)
    return found[:most], len(found) > most


def words_begin_with(texts: Iterable[str], beginnings: Sequence[str]) -> bool:
    """Return whether the texts have a word with each of these beginnings (REV-1).

    >>> words_begin_with(["Maya Adaeze", "Okafor"], ["oka", "ada"])
    True
    >>> words_begin_with(["Maya"], ["aya"])
    False
    """
    words = normal_words(" ".join(texts))
    return all(any(word.startswith(one) for word in words) for one in beginnings)


def student_order(student: Student | None, key: str) -> tuple[object, ...]:
    """Sort as a person looks for a name, always in the same way; the nameless first."""
    if student is None:
        return ((), (), key)
    return (*name_order(student.family_name, student.given_name), key)


def by_name(found: Iterable[Student]) -> list[Student]:
    """Sort students as a person looks for a name."""
    return sorted(found, key=lambda student: student_order(student, student.key))


def page(found: Sequence[T], offset: int, limit: int | None) -> tuple[T, ...]:
    """Return some of what was found: from an offset on, up to a limit.

    Raises:
        ValueError: One of them is below 0.
    """
    check_page(offset, limit)
    return tuple(found[offset:][:limit])


def read_on(part: Callable[..., Sequence[T]], size: int | None) -> Iterator[T]:
    """Yield a list of the storage, read as it is asked for.

    The more were of no use, the more are read at once.

    Args:
        part: Reads a part of the list, by ``offset`` and ``limit``.
        size: How many to read at first; None reads all.
    """
    offset = 0
    while some := part(offset=offset, limit=size):
        yield from some
        if size is None:
            return
        offset += len(some)
        size *= 2


def check_page(offset: int, limit: int | None) -> None:
    """Refuse what names no part of a list.

    Raises:
        ValueError: One of them is below 0.
    """
    if offset < 0 or (limit is not None and limit < 0):
        raise ValueError("offset and limit have to be 0 or more")
