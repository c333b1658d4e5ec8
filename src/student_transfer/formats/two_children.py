"""Whether two rows under one identifier may be of two children (MATCH-1, MATCH-4).

What a name, a date of birth or an identifier is taken for is what the matching takes it
for: a placeholder agrees with nothing.
"""

from collections.abc import Callable, Iterable
from itertools import combinations

from student_transfer.linkage.profiles.births import birth
from student_transfer.linkage.profiles.identifiers import local_id, national_id
from student_transfer.matching import NOT_COUNTED, compare
from student_transfer.names import name_words
from student_transfer.students import Student

ANOTHER_CHILD = (
    "name and date of birth are not those of the student who has this identifier "
    "already: it may be another child's, so the row was not read"
)
"""What is said of a row that would put two children into one record."""

TWO_CHILDREN = (
    "rows under this student's identifier differ in name and date of birth: they may "
    "be two children's, so none of them was read"
)
"""What is said of rows of which nobody can say whose they are."""


def contradicts(left: Student, right: Student) -> bool:
    """Return whether one identifier may stand for two children (MATCH-4).

    That is so when no part of the names agrees, and the date of birth does not either,
    whatever identifiers agree: they may be mistyped. Where they share a family name
    alone, it is so when the dates differ in more than a slip, but for one national
    identifier. A roster may correct a name or a date; all at once is a reused
    identifier. Where no name is known nothing is contradicted, and what stands for "not
    known" agrees with nothing (MATCH-5).
    """
    if _share_birth(left, right):
        return False
    names, other_names = _name_parts(left), _name_parts(right)
    if not names or not other_names:
        return False
    if names.isdisjoint(other_names):
        return True
    given, other_given = _given(left), _given(right)
    if (given and given == other_given) or _are_one(left, right):
        return False
    found = compare(left, right, NOT_COUNTED)
    is_called_so = bool(given and other_given) and not found.has_other_given_name
    return found.has_other_birth and not is_called_so


def are_hardly_one(left: Student, right: Student) -> bool:
    """Return whether two rows of a roster may be of two children under one key.

    A roster has each child once. So they may be where they contradict each other, and
    where the given names are others outright and nothing that is the child's own
    agrees: date of birth, national identifier, student ID or user name (MATCH-4).

    >>> ann = Student(key="1", site_id="a", given_name="Ann", family_name="Smith")
    >>> bob = Student(key="1", site_id="a", given_name="Bob", family_name="Smith")
    >>> are_hardly_one(ann, bob), contradicts(ann, bob)
    (True, False)
    """
    if contradicts(left, right):
        return True
    if _share_birth(left, right):
        return False
    own, other = _own_identifiers(left), _own_identifiers(right)
    if not own.isdisjoint(other):
        return False
    return has_other_given_name(left, right)


def has_other_given_name(left: Student, right: Student) -> bool:
    """Return whether two given names are others outright, and no forms of one."""
    return compare(left, right, NOT_COUNTED).has_other_given_name


def _share_birth(left: Student, right: Student) -> bool:
    """Return whether two dates of birth are known and the same."""
    born = birth(left.date_of_birth)
    return born is not None and born == birth(right.date_of_birth)


def _own_identifiers(student: Student) -> set[tuple[str, str]]:
    known = {
        ("national_id", national_id(student.national_id)),
        ("student_id", local_id(student.student_id)),
        ("user_name", local_id(student.user_name)),
    }
    return {(kind, form) for kind, form in known if form}


def are_of_two(
    students: Iterable[Student],
    are_two: Callable[[Student, Student], bool] = contradicts,
) -> bool:
    """Return whether any two of one identifier's rows may be two children's (MATCH-1).

    Where the rows write the child in too many ways, nobody can tell whose they are.

    >>> ann = Student(key="1", site_id="a", given_name="Ann", family_name="Smith")
    >>> bob = Student(key="1", site_id="a", given_name="Bob", family_name="Jones")
    >>> nobody = Student(key="1", site_id="a")
    >>> are_of_two([nobody, ann, ann]), are_of_two([nobody, ann, bob])
    (False, True)
    """
    known = {_said(student): student for student in students}
    if len(known) > _MOST_WAYS:
        return True
    return any(are_two(*pair) for pair in combinations(known.values(), 2))


_MOST_WAYS = 30  # to write a name, a date of birth and identifiers


def _said(student: Student) -> tuple[object, ...]:
    """Return all of a student that two are told apart by."""
    identifiers = student.national_id, student.student_id, student.user_name
    return (*_names(student), student.date_of_birth, *identifiers)


def may_be_two(left: Student, right: Student) -> bool:
    """Tell whether two whose given names are known may be brother and sister (MATCH-4).

    Under one national identifier they may where given name and date of birth both
    differ: a number may be mistyped.

    >>> ann = Student(key="1", site_id="a", given_name="Ann", family_name="Smith")
    >>> adam = Student(key="2", site_id="a", given_name="Adam", family_name="Smith")
    >>> may_be_two(ann, adam), may_be_two(ann, ann)
    (True, False)
    """
    if not _given(left) or not _given(right):
        return False
    said = (left.given_name, left.date_of_birth)
    if said == (right.given_name, right.date_of_birth):
        return False
    found = compare(left, right, NOT_COUNTED)
    if _are_one(left, right):
        return found.has_other_given_name and found.has_other_birth
    return found.may_be_siblings


def _are_one(left: Student, right: Student) -> bool:
    """Return whether two national identifiers are known and the same."""
    known = national_id(left.national_id)
    return bool(known) and known == national_id(right.national_id)


def share_names(left: Student, right: Student) -> bool:
    """Return whether any part of their names is the same.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Ng")
    >>> share_names(ada, Student(key="2", site_id="a", given_name="ADA-Mei"))
    True
    """
    return not _name_parts(left).isdisjoint(_name_parts(right))


def _given(student: Student) -> tuple[str, ...]:
    """Return the words of the given name; none where it is not known."""
    return name_words(student.given_name)


def _name_parts(student: Student) -> set[str]:
    return {word for part in _names(student) for word in name_words(part)}


def _names(student: Student) -> tuple[str, ...]:
    return (
        student.given_name,
        student.family_name,
        student.middle_name,
        student.preferred_name,
    )
