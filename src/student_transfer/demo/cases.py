"""The year that is transferred: who in it is hard to match, and the truth about it."""

from collections.abc import Sequence
from types import MappingProxyType

import attrs

from student_transfer.demo.children import (
    Child,
    Children,
    Fields,
    Register,
    year_name,
)
from student_transfer.demo.otherwise import HARD, WAYS, YEAR
from student_transfer.sites import School
from student_transfer.students import Student, StudentKey

_NUMBER_OF_STUDENTS = 58


@attrs.frozen(kw_only=True)
class Case:
    """One student of the transferred year in whom a rule shows.

    Attributes:
        source_key: The student, on the source site.
        rule: The rule, such as ``MATCH-3``.
        what: Which of the rule's cases, in words.
        expected: The same child on the destination site; None where not there.
        look_alike: Another child there who is easily taken for this one, or who
            holds the identifier in question.
    """

    source_key: StudentKey
    rule: str
    what: str
    expected: StudentKey | None = None
    look_alike: StudentKey | None = None


@attrs.frozen
class Places:
    """Where the students of the transferred year come from and are met."""

    source_school: School
    destination_school: School
    primaries: Sequence[School]


class Intake:
    """Enters the transferred year on both sites, with the truth about it."""

    def __init__(
        self,
        children: Children,
        source: Register,
        destination: Register,
        places: Places,
    ) -> None:
        """Take two empty registers; the intake is entered first."""
        self._children = children
        self._source = source
        self._destination = destination
        self._places = places
        self.cases: list[Case] = []
        self.truth: dict[StudentKey, StudentKey | None] = {}

    def enter(self) -> None:
        """Enter every case, then new students until the year is full."""
        # An ID that is given by hand has to come before any ID drawn there.
        twins = self._twins_coming()
        self._reused_ids()
        self._taken_user_name(*twins)
        for what in WAYS:
            self._written_otherwise(what, with_upn=False)
        for what in HARD:
            self._written_otherwise(what, with_upn=True)
        self._written_alike()
        self._look_alikes()
        self._one_of_two_twins()
        new = self._comes(self._children.born(YEAR))
        self._case(new, "LOG-2", "no records")
        while len(self.truth) < _NUMBER_OF_STUDENTS:
            self._comes(self._children.born(YEAR))

    def _comes(self, child: Child) -> Student:
        """Enter a child on the source site; new to the destination until said."""
        student = self._source.enter(child, self._places.source_school)
        self.truth[student.key] = None
        return student

    def _is_there(
        self, child: Child, written: Fields = MappingProxyType({})
    ) -> Student:
        """Enter a child on the destination site.

        Older children and one half of the year, registered for the coming year, are
        in the destination school; the others are in a primary school there.
        """
        chance, places = self._children.chance, self._places
        if child.year > YEAR or (child.year == YEAR and chance.happens(0.5)):
            year = {"year": year_name(max(child.year, YEAR + 1))}
            school = places.destination_school
            return self._destination.enter(child, school, {**year, **written})
        return self._destination.enter(child, chance.pick(places.primaries), written)

    def _case(
        self,
        student: Student,
        rule: str,
        what: str,
        *,
        same: Student | None = None,
        look_alike: Student | None = None,
    ) -> None:
        """Keep a case; where the child is there as well, that is the truth."""
        if same is not None:
            self.truth[student.key] = same.key
        case = Case(
            source_key=student.key,
            rule=rule,
            what=what,
            expected=self.truth[student.key],
            look_alike=None if look_alike is None else look_alike.key,
        )
        self.cases.append(case)

    def _written_otherwise(self, what: str, *, with_upn: bool) -> None:
        child, written = WAYS[what](self._children)
        if not with_upn:
            written = {**written, "national_id": ""}
        student = self._comes(child)
        self._case(student, "MATCH-3", what, same=self._is_there(child, written))

    def _written_alike(self) -> None:
        child = self._children.born(YEAR)
        student = self._comes(child)
        self._case(student, "MATCH-2", "written alike", same=self._is_there(child))
        child = self._children.born(YEAR)
        student = self._comes(child)
        same = self._is_there(child, {"provenance": {student.ref}})
        self._case(student, "IMP-5", "some records there already", same=same)

    def _twins_coming(self) -> tuple[Student, Student]:
        """Enter twins who are both new and whose user names begin alike."""
        known = {"given_name": "Jessica", "family_name": "Smith"}
        first = self._children.born(YEAR, "English", "F", known)
        second = self._children.twin(first)
        second = attrs.evolve(second, given_name="Jacob", gender="M", preferred_name="")
        twins = self._comes(first), self._comes(second)
        for twin in twins:
            self._case(twin, "MATCH-4", "twins who both come")
        return twins

    def _taken_user_name(self, one: Student, other: Student) -> None:
        """Enter who has one's user name; the number appended makes the other's."""
        names = {"given_name": "Joshua", "family_name": one.family_name}
        holder = self._children.born(9, "English", "M", names)
        taken = self._is_there(holder, {"user_name": one.user_name})
        self._case(one, "CONF-3", "taken user name", look_alike=taken)
        what = "user name of a student of the same import"
        self._case(other, "CONF-4", what)

    def _reused_ids(self) -> None:
        for _ in range(2):
            student = self._comes(self._children.born(YEAR))
            stranger = self._children.born(YEAR)
            other = self._is_there(stranger, {"student_id": student.student_id})
            self._case(student, "MATCH-4", "reused local ID", look_alike=other)
            self._case(student, "CONF-3", "taken student ID", look_alike=other)

    def _look_alikes(self) -> None:
        """Enter new students, each with another child there (MATCH-4)."""
        children = self._children
        child = children.born(YEAR)
        self._beside("twin already there", child, children.twin(child))
        child = children.born(YEAR)
        self._beside("sibling already there", child, children.sibling(child, 4))
        khan = {"given_name": "Mohammed", "middle_name": "", "family_name": "Khan"}
        child = children.born(YEAR, "Pakistani", "M", khan)
        namesake = children.born(YEAR, "Pakistani", "M", khan)
        self._beside("common name with another date of birth", child, namesake)
        child = children.born(YEAR, known={"family_email": children.family_email()})
        student = self._comes(child)
        sibling = self._is_there(children.sibling(child, 2), {"email": student.email})
        self._case(student, "MATCH-4", "shared family email", look_alike=sibling)
        self._case(student, "CONF-3", "taken email", look_alike=sibling)

    def _beside(self, what: str, child: Child, other: Child) -> None:
        student, there = self._comes(child), self._is_there(other)
        self._case(student, "MATCH-4", what, look_alike=there)

    def _one_of_two_twins(self) -> None:
        """Enter twins who both come, one of whom is already there."""
        first = self._children.born(YEAR)
        student, other = self._comes(first), self._comes(self._children.twin(first))
        same = self._is_there(first, {"national_id": ""})
        what = "twins who both come, one already there"
        self._case(student, "MATCH-4", what, same=same)
        self._case(other, "MATCH-4", what, look_alike=same)
