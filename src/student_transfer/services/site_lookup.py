"""What a person looks up on the own site: its schools, years and students.

Each of these takes the action that the person is about to do, and shows only what the
person may do it for (PERM-2). So a list never offers what would be refused.
"""

from collections import Counter
from collections.abc import Sequence

import attrs

from student_transfer.codes import Scope, YearScope, in_scope
from student_transfer.errors import EmptyScopeError
from student_transfer.names import same_year, year_number
from student_transfer.permissions import Action, Actor
from student_transfer.ports import UnitOfWork
from student_transfer.services.context import Context
from student_transfer.services.lookups import get_site, get_student
from student_transfer.services.student_search import (
    FOUND_MOST,
    FoundStudents,
    by_name,
    page,
    search_site,
    search_words_of,
    words_begin_with,
)
from student_transfer.sites import School, SchoolId, Site
from student_transfer.students import Student, StudentKey

_READ_ALL = 5_000  # students found at once; whole schools are read where more are


@attrs.frozen
class YearCount:
    """A year of a school, and how many of its students are enrolled now.

    Attributes:
        scope: The year, as a transfer code takes it.
        students: How many there are.
    """

    scope: YearScope
    students: int


@attrs.frozen(kw_only=True)
class WhoGoes:
    """Whom a transfer code would be for, before it is generated (CODE-2)."""

    school: School
    scope: Scope
    students: tuple[Student, ...] = attrs.field(repr=False)


def site(context: Context, actor: Actor) -> Site:
    """Return the actor's own site, to whoever may do anything there (PERM-3)."""
    if not any(context.allows(actor, action, ()) for action in Action):
        raise context.refusal()
    with context.unit_of_work(read_only=True) as work:
        return get_site(work, actor.site_id)


def schools(context: Context, actor: Actor, action: Action) -> tuple[School, ...]:
    """Return the schools of the own site for which the actor may act, by name."""
    with context.unit_of_work(read_only=True) as work:
        allowed = _allowed(context, work, actor, action)
    if not allowed:
        context.require(actor, action)
    return tuple(allowed)


def _allowed(
    context: Context, work: UnitOfWork, actor: Actor, action: Action
) -> list[School]:
    return [
        school
        for school in work.sites.schools(actor.site_id)
        if context.allows(actor, action, {school.id})
    ]


def years(context: Context, actor: Actor, school_id: SchoolId) -> tuple[YearCount, ...]:
    """Count the enrolled students of each year of a school (CODE-1).

    Ways to write one year are one: the commonest names it.
    """
    with context.unit_of_work(read_only=True) as work:
        context.require_school(work, actor, Action.GENERATE_CODE, school_id)
        enrolled = work.roster.enrolled(actor.site_id, school_id)
    written = Counter(student.year for student in enrolled)
    counted: dict[str, int] = {}
    for year, count in written.most_common():
        known = next((one for one in counted if same_year(one, year)), None)
        if known is not None:
            counted[known] += count
        elif same_year(year, year):  # a blank is no year
            counted[year] = count
    found = [YearCount(YearScope(school_id, one), n) for one, n in counted.items()]
    return tuple(sorted(found, key=_year_order))


def _year_order(one: YearCount) -> tuple[bool, int, str]:
    """Sort as years go up, those without a number last."""
    number = year_number(one.scope.year)
    return (number is None, number or 0, one.scope.year.casefold())


def students(
    context: Context,
    actor: Actor,
    action: Action,
    *,
    name: str = "",
    school_id: SchoolId | None = None,
    year: str = "",
    offset: int = 0,
    limit: int | None = 50,
) -> FoundStudents:
    """Find students of the own site by school, year and name (PERM-2).

    A port lists students by school, so those without one are found by name alone.
    """
    words = search_words_of(name)
    with context.unit_of_work(read_only=True) as work:
        if school_id is not None:
            school = context.require_school(work, actor, action, school_id)
            looked = _Looked(*_enrolled(work, [school], words))
        else:
            allowed = _allowed(context, work, actor, action)
            if not allowed:
                context.require(actor, action)
            whole = context.allows_everywhere(work, actor, action)
            most = FOUND_MOST if whole and not year else _READ_ALL
            looked = _look(work, actor, words, None if whole else allowed, most)
    kept = [
        student
        for student in looked.students
        if not year or same_year(student.year, year)
    ]
    return FoundStudents(
        students=page(by_name(kept), offset, limit),
        total=len(kept),
        cut_off=looked.cut_off,
        too_wide=looked.too_wide,
    )


@attrs.frozen
class _Looked:
    """Who is found by schools and name, before the year is looked at."""

    students: Sequence[Student] = ()
    cut_off: bool = False
    too_wide: bool = False


def _look(
    work: UnitOfWork,
    actor: Actor,
    words: Sequence[str],
    allowed: Sequence[School] | None,
    most: int,
) -> _Looked:
    """Read the students of these schools; of the whole site where None are given.

    With a name a whole site is searched, so students without a school are found, too.
    So it is for several schools, which are read whole only where others of the site who
    are named so would come in the way of their own.
    """
    if allowed is None:
        if words:
            hits, more = search_site(work, actor.site_id, words, most)
            return _Looked([one for one in hits if _has_words(one, words)], more)
        if work.roster.size(actor.site_id) > _READ_ALL:
            return _Looked(too_wide=True)
        allowed = work.sites.schools(actor.site_id)
    elif words and len(allowed) > 1:
        hits, more = search_site(work, actor.site_id, words, most)
        if not more:
            own = {school.id for school in allowed}
            theirs = [one for one in hits if not own.isdisjoint(one.enrolments)]
            return _Looked([one for one in theirs if _has_words(one, words)])
    found, more = _enrolled(work, allowed, words)
    return _Looked(too_wide=True) if more and not words else _Looked(found, more)


def _enrolled(
    work: UnitOfWork, schools: Sequence[School], words: Sequence[str]
) -> tuple[Sequence[Student], bool]:
    """Return each student of these schools who is named so, and whether there are more.

    One school is read whatever its size, as when it is chosen.
    """
    found: dict[StudentKey, Student] = {}
    for school in schools:
        enrolled = work.roster.enrolled(school.site_id, school.id)
        found |= {one.key: one for one in enrolled if _has_words(one, words)}
        if len(found) > _READ_ALL and len(schools) > 1:
            return list(found.values()), True
    return list(found.values()), False


def _has_words(student: Student, words: Sequence[str]) -> bool:
    """Return whether a name or the student ID begins with each of these words."""
    return words_begin_with((*student.names, student.student_id), words)


def student(context: Context, actor: Actor, action: Action, key: StudentKey) -> Student:
    """Return a student of the own site for whom the actor may do this (PERM-2)."""
    with context.unit_of_work(read_only=True) as work:
        found = get_student(work, actor.site_id, key)
        context.require_for_student(work, actor, action, found)
        return found


def who_goes(context: Context, actor: Actor, scope: Scope) -> WhoGoes:
    """Show whom a code for this scope would be for; generates nothing (CODE-2)."""
    with context.unit_of_work(read_only=True) as work:
        action = Action.GENERATE_CODE
        school = context.require_school(work, actor, action, scope.school_id)
        enrolled = work.roster.enrolled(actor.site_id, scope.school_id)
    inside = set(in_scope(enrolled, scope))
    if not inside:
        raise EmptyScopeError
    going = by_name(student for student in enrolled if student.key in inside)
    return WhoGoes(school=school, scope=scope, students=tuple(going))
