"""What a person looks up on the own site: its schools, years and students.

Each of these takes the action that the person is about to do, and shows only what the
person may do it for (PERM-2). So a list never offers what would be refused.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import attrs

from student_transfer.codes import Scope, YearScope
from student_transfer.errors import EmptyScopeError, NotAllowedError
from student_transfer.names import same_year, year_number
from student_transfer.permissions import Action, Actor
from student_transfer.ports import UnitOfWork
from student_transfer.services.context import Context, every_school, get_site
from student_transfer.services.finding import (
    begins_so,
    page,
    searched,
    student_order,
)
from student_transfer.services.sending import check_scope, in_scope
from student_transfer.sites import School, SchoolId, Site
from student_transfer.students import Student

_READ_ALL = 5_000  # students of a site that may be read at once without any name
FOUND_MOST = 500
"""How many students a search of a whole site finds; more words narrow it."""


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
class FoundStudents:
    """Students of the own site, a page of them.

    Attributes:
        students: Those of the page, by family name, given name and key.
        total: How many were found.
        cut_off: Whether there are more than a search finds: more words narrow it.
        too_wide: Whether nothing was looked for, because the site is large and neither
            a school nor a name was given.
    """

    students: tuple[Student, ...] = ()
    total: int = 0
    cut_off: bool = False
    too_wide: bool = False


@attrs.frozen(kw_only=True)
class WhoGoes:
    """Whom a transfer code would be for, before it is generated (CODE-2)."""

    school: School
    scope: Scope
    students: tuple[Student, ...] = attrs.field(repr=False)


def site(context: Context, actor: Actor) -> Site:
    """Give the actor's own site, to whoever may do anything there (PERM-3)."""
    if not any(context.allows(actor, action, ()) for action in Action):
        raise NotAllowedError
    with context.unit_of_work(read_only=True) as uow:
        return get_site(uow, actor.site_id)


def schools(context: Context, actor: Actor, action: Action) -> tuple[School, ...]:
    """Give the schools of the own site for which the actor may act, by name."""
    with context.unit_of_work(read_only=True) as uow:
        allowed = _allowed(context, uow, actor, action)
    if not allowed:
        context.require(actor, action)
    return tuple(allowed)


def _allowed(
    context: Context, uow: UnitOfWork, actor: Actor, action: Action
) -> list[School]:
    return [
        school
        for school in uow.sites.schools(actor.site_id)
        if context.allows(actor, action, {school.id})
    ]


def years(context: Context, actor: Actor, school_id: SchoolId) -> tuple[YearCount, ...]:
    """Count the enrolled students of each year of a school (CODE-1).

    Ways to write one year are one: the commonest names it.
    """
    with context.unit_of_work(read_only=True) as uow:
        context.require_school(uow, actor, Action.GENERATE_CODE, school_id)
        enrolled = uow.roster.enrolled(actor.site_id, school_id)
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
    words = searched(name)
    with context.unit_of_work(read_only=True) as uow:
        allowed = _allowed(context, uow, actor, action)
        if school_id is not None:
            allowed = [context.require_school(uow, actor, action, school_id)]
        elif not allowed:
            context.require(actor, action)
        wide = school_id is None and _may_all(context, uow, actor, action)
        if wide and words:
            found = uow.roster.search(actor.site_id, words, FOUND_MOST + 1)
        elif wide and uow.roster.size(actor.site_id) > _READ_ALL:
            return FoundStudents(too_wide=True)
        else:
            found = _enrolled(uow, allowed)
    cut_off = bool(wide and words and len(found) > FOUND_MOST)
    kept = [
        student
        for student in (found[:FOUND_MOST] if cut_off else found)
        if begins_so((*student.names, student.student_id), words)
        and (not year or same_year(student.year, year))
    ]
    return FoundStudents(
        students=page(_by_name(kept), offset, limit),
        total=len(kept),
        cut_off=cut_off,
    )


def _may_all(context: Context, uow: UnitOfWork, actor: Actor, action: Action) -> bool:
    """Say whether the actor acts for every school, and students without one."""
    return context.allows(actor, action, every_school(uow, actor.site_id))


def _enrolled(uow: UnitOfWork, schools: Iterable[School]) -> Sequence[Student]:
    """Give each student of these schools once."""
    found = {
        student.key: student
        for school in schools
        for student in uow.roster.enrolled(school.site_id, school.id)
    }
    return list(found.values())


def _by_name(found: Iterable[Student]) -> list[Student]:
    return sorted(found, key=lambda student: student_order(student, student.key))


def who_goes(context: Context, actor: Actor, scope: Scope) -> WhoGoes:
    """Show whom a code for this scope would be for; generates nothing (CODE-2)."""
    check_scope(scope)
    with context.unit_of_work(read_only=True) as uow:
        action = Action.GENERATE_CODE
        school = context.require_school(uow, actor, action, scope.school_id)
        enrolled = uow.roster.enrolled(actor.site_id, scope.school_id)
    inside = set(in_scope(enrolled, scope))
    if not inside:
        raise EmptyScopeError
    going = _by_name(student for student in enrolled if student.key in inside)
    return WhoGoes(school=school, scope=scope, students=tuple(going))
