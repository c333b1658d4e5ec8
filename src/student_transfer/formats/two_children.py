"""Whether two rows under one identifier may be of two children (MATCH-1, MATCH-4).

What a name, a date of birth or an identifier is taken for is what the matching takes it
for: a placeholder agrees with nothing.
"""

from student_transfer.linkage.profiles.identifiers import national_id
from student_transfer.matching import Frequencies, compare
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

_NOBODY = Frequencies(0)  # no name is taken for rare


def contradicts(left: Student, right: Student) -> bool:
    """Return whether one identifier may stand for two children (MATCH-4).

    That is so when no part of the names agrees, and the date of birth does not either,
    whatever identifiers agree: they may be mistyped. Where they share a family name
    alone, it is so when the dates differ in more than a slip, but for one national
    identifier. A roster may correct a name or a date; all at once is a reused
    identifier. Where a name is not known nothing is contradicted (MATCH-5).
    """
    if not _name_parts(left) or not _name_parts(right):
        return False
    born = left.date_of_birth
    if born is not None and born == right.date_of_birth:
        return False
    if not share_names(left, right):
        return True
    if left.given_name == right.given_name or _are_one(left, right):
        return False
    found = compare(left, right, _NOBODY)
    return found.has_other_given_name and found.has_other_birth


def may_be_two(left: Student, right: Student) -> bool:
    """Tell whether two whose given names are known may be brother and sister (MATCH-4).

    Under one national identifier they may where given name and date of birth both
    differ: a number may be mistyped.

    >>> ann = Student(key="1", site_id="a", given_name="Ann", family_name="Smith")
    >>> adam = Student(key="2", site_id="a", given_name="Adam", family_name="Smith")
    >>> may_be_two(ann, adam), may_be_two(ann, ann)
    (True, False)
    """
    if not left.given_name or not right.given_name:
        return False
    said = (left.given_name, left.date_of_birth)
    if said == (right.given_name, right.date_of_birth):
        return False
    found = compare(left, right, _NOBODY)
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


def _name_parts(student: Student) -> set[str]:
    first, last = student.given_name, student.family_name
    return set(
        name_words(f"{first} {last} {student.middle_name} {student.preferred_name}")
    )
