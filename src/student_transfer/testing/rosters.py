"""Hypothesis strategies for whole sites: the site, its schools, its students."""

import attrs
from hypothesis import strategies as st

from student_transfer.sites import (
    RosterSource,
    School,
    SchoolId,
    Site,
    SiteId,
    SiteKind,
)
from student_transfer.students import Identifier, Student, identifier_key
from student_transfer.testing.strategies import full_students, keys, names, students


@attrs.frozen
class Roster:
    """A site with its schools and students.

    Attributes:
        site: The site.
        schools: Its schools, each key once; none may be there.
        students: Its students, each key once, no identifier of two (CONF-3).
    """

    site: Site
    schools: tuple[School, ...]
    students: tuple[Student, ...]


def sites(site_id: st.SearchStrategy[str] = keys) -> st.SearchStrategy[Site]:
    """Draw a site of any kind."""
    return st.builds(
        Site,
        site_id.map(SiteId),
        names.filter(bool),
        st.sampled_from(SiteKind),
        st.sampled_from(RosterSource),
    )


def schools(site_id: str) -> st.SearchStrategy[School]:
    """Draw a school of a site."""
    return st.builds(
        School, keys.map(SchoolId), st.just(SiteId(site_id)), names.filter(bool)
    )


@st.composite
def rosters(
    draw: st.DrawFn, site_id: st.SearchStrategy[str] = keys, most: int = 8
) -> Roster:
    """Draw a site with schools and up to so many students, as a storage may hold it."""
    site = draw(sites(site_id))
    there = draw(st.lists(schools(site.id), max_size=4, unique_by=lambda one: one.id))
    names_of = tuple(str(one.id) for one in there)
    key = st.uuids().map(str)
    one = full_students(site_id=site.id, key=key)
    if names_of:
        one |= students(site_id=site.id, key=key, schools=names_of)
    found = draw(st.lists(one, max_size=most, unique_by=lambda student: student.key))
    seen = set[tuple[Identifier, str]]()
    return Roster(site, tuple(there), tuple(_alone(each, seen) for each in found))


def _alone(student: Student, seen: set[tuple[Identifier, str]]) -> Student:
    """Leave out identifiers that an earlier student has."""
    for kind in Identifier:
        value = identifier_key(getattr(student, kind.value))
        if value and (kind, value) in seen:
            student = attrs.evolve(student, **{kind.value: ""})  # type: ignore[arg-type] # all are texts
        seen.add((kind, value))
    return student
