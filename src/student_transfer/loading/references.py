"""Whom a reference of a file names on the site: settled without guessing (MATCH-1)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

import attrs

from student_transfer.formats.reading import KEY, StudentReference, Token, compared_form
from student_transfer.formats.two_children import may_be_two, share_names
from student_transfer.linkage.profiles.identifiers import local_id, national_id
from student_transfer.ports import UnitOfWork
from student_transfer.services.merge_history import survivors
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Identifier, Student, StudentKey

DIFFERENT = "its identifiers name different students of the site: correct them"
CONTRADICTED = (
    "one identifier names a student of the site, but another differs from theirs: "
    "correct it, or load the overall export along with it"
)
OTHER_CHILD = (
    "its user name, student ID or national identifier is that of a student of another "
    "given name or date of birth: it may have been given out again, so the row was not "
    "read; if the student is the same one, give the key or another identifier, too"
)


def _agreements(student: Student, reference: StudentReference) -> dict[str, bool]:
    """Say of each identifier that is known on both sides whether it is the same."""
    named = {kind: form for kind, form in reference.tokens() if kind != KEY}
    own = {kind: compared_form(kind, getattr(student, kind)) for kind in named}
    return {kind: form == own[kind] for kind, form in named.items() if own[kind]}


def _doubt(
    student: Student, reference: StudentReference, said: Student | None, *, by_key: bool
) -> str:
    """Return why an identifier that was found may be another child's, if it may.

    A key that nothing else bears out may come from another system's numbering; a user
    name or student ID may have been given out again, to a sister or brother, too.
    """
    agreements = _agreements(student, reference)
    if not by_key:
        kinds = ("student_id", "national_id")
        if not all(agreements.get(kind, True) for kind in kinds):
            return CONTRADICTED
        # Two are hardly given to one other child, but for one number in two columns.
        named = reference.identifiers()
        alike = {local_id(value) for kind, value in named if agreements.get(kind)}
        alone = len(alike) == 1
        return OTHER_CHILD if alone and said and may_be_two(student, said) else ""
    if said is not None and share_names(student, said):
        return ""
    return CONTRADICTED if agreements and not any(agreements.values()) else ""


@attrs.define
class Found:
    """The students of the site whom some references may name.

    Attributes:
        students: The students by identifier.
        by_national_id: The enrolled students by national identifier, of those whom
            a reference names by nothing else.
    """

    students: dict[Token, Student]
    by_national_id: dict[str, dict[StudentKey, Student]]

    def was_merged_away(self, key: StudentKey) -> bool:
        """Return whether the student of this key is part of another one now."""
        student = self.students.get((KEY, key))
        return student is not None and student.key != key

    def student(
        self, reference: StudentReference, said: Student | None = None
    ) -> Student | str | None:
        """Return the one student; None where there is none, a text where it is unsure.

        Args:
            reference: Who is looked for.
            said: What the file says of the student, if it does.
        """
        there = [token for token in reference.tokens() if token in self.students]
        named = {self.students[token].key: self.students[token] for token in there}
        if not named:
            known = national_id(reference.national_id)
            named = self.by_national_id.get(known, {})
        if len(named) > 1:
            return DIFFERENT
        student = next(iter(named.values()), None)
        by_key = bool(there) and there[0][0] == KEY
        doubt = student and _doubt(student, reference, said, by_key=by_key)
        return doubt or student


def find(
    work: UnitOfWork,
    site_id: SiteId,
    schools: Collection[SchoolId],
    references: Collection[StudentReference],
) -> Found:
    """Read every student whom one of the references may name.

    A student who was merged into another is that other one (IMP-8).
    """
    wanted = {token for reference in references for token in reference.tokens()}
    keys = {StudentKey(value) for kind, value in wanted if kind == KEY}
    holders: dict[Token, StudentKey] = {}
    for kind in (Identifier.STUDENT_ID, Identifier.USER_NAME):
        values = {value for name, value in wanted if name == kind.value}
        held = work.roster.holders(site_id, kind, values)
        holders |= {(kind.value, value): key for value, key in held.items()}
    there = work.roster.students(site_id, keys | set(holders.values()))
    merged = _merged(work, site_id, keys - there.keys())
    survivors = work.roster.students(site_id, set(merged.values()))
    students: dict[Token, Student] = {(KEY, key): one for key, one in there.items()}
    for key, survivor in merged.items():
        if survivor in survivors:
            students[KEY, key] = survivors[survivor]
    students |= {token: there[key] for token, key in holders.items()}
    unnamed = {
        national_id(reference.national_id)
        for reference in references
        if students.keys().isdisjoint(reference.tokens())
    }
    return Found(students, _by_national_id(work, site_id, schools, unnamed - {""}))


def _by_national_id(
    work: UnitOfWork,
    site_id: SiteId,
    schools: Iterable[SchoolId],
    wanted: Collection[str],
) -> dict[str, dict[StudentKey, Student]]:
    """Find enrolled students by national identifiers, which no storage looks up.

    The whole site is read for it, so only where nothing else names somebody.
    """
    found: dict[str, dict[StudentKey, Student]] = defaultdict(dict)
    for student in _enrolled(work, site_id, schools) if wanted else ():
        known = national_id(student.national_id)
        if known in wanted:
            found[known][student.key] = student
    return found


def _enrolled(
    work: UnitOfWork, site_id: SiteId, schools: Iterable[SchoolId]
) -> Iterator[Student]:
    for school_id in schools:
        yield from work.roster.enrolled(site_id, school_id)


def _merged(
    work: UnitOfWork, site_id: SiteId, keys: Collection[StudentKey]
) -> dict[StudentKey, StudentKey]:
    """Say of students who are not on the site whom they have become, if anybody.

    Each is asked for alone, so not where nobody was merged: there may be very many new.
    """
    if not work.merges.of_site(site_id, limit=1):
        return {}
    return {key: _survivor(work, site_id, key) for key in keys}


def _survivor(work: UnitOfWork, site_id: SiteId, key: StudentKey) -> StudentKey:
    """Return whom a student is part of now."""
    *_, left = survivors(work.merges, site_id, key)
    return left
