"""Whom of the own site an import shows, once it is not reviewed any more."""

from collections.abc import Callable
from typing import Any

import pytest

from student_transfer.errors import NotAllowedError, NotFoundError
from student_transfer.imports import ImportId
from student_transfer.permissions import Actor
from student_transfer.services import TransferService
from student_transfer.students import Student, StudentKey

from .conftest import FIR, MAYA, NEW_HEAD, OAK, OAK_HEAD, TOM, ZOFIA, TwoSites

ONE, M, Q = StudentKey("1"), StudentKey("m"), StudentKey("q")

Look = Callable[[TransferService, Actor, ImportId, StudentKey], object]
LOOKS: list[Look] = [
    lambda service, who, id_, key: service.review_row(who, id_, ONE, key).beside,
    lambda service, who, id_, key: service.explain(who, id_, ONE, key),
    lambda service, who, id_, key: service.why_not(who, id_, ONE, key),
]


@pytest.fixture
def matched(sites: TwoSites) -> ImportId:
    """Bring Maya, who is merged with a student of Oak, and import her."""
    sites.add_old("1", **MAYA)
    sites.add_new("m", **{**MAYA, "enrolments": {OAK}})
    sites.add_new("q", **TOM, email="tom@fir.example")
    return sites.ready()


def _done(sites: TwoSites, import_id: ImportId) -> None:
    sites.service.confirm(NEW_HEAD, import_id, accept_unreviewed=True)
    sites.service.run_import(import_id)


@pytest.mark.parametrize("look", LOOKS)
def test_who_is_of_another_school_is_looked_at_in_the_review_only(
    sites: TwoSites, matched: ImportId, look: Look
) -> None:
    """PERM-2: an old import is no way to look at any student of the site."""
    assert look(sites.service, OAK_HEAD, matched, Q)
    sites.service.confirm(NEW_HEAD, matched, accept_unreviewed=True)
    for step in (lambda: None, lambda: sites.service.run_import(matched)):
        step()
        with pytest.raises(NotAllowedError):
            look(sites.service, OAK_HEAD, matched, Q)
        with pytest.raises(NotFoundError):
            look(sites.service, OAK_HEAD, matched, StudentKey("nobody"))
        assert look(sites.service, NEW_HEAD, matched, Q)
        assert look(sites.service, OAK_HEAD, matched, M)


def _matches(sites: TwoSites, who: Actor, import_id: ImportId) -> list[Any]:
    """Return the match of Maya wherever an import shows it."""
    service = sites.service
    [row] = service.preview(who, import_id).rows
    seen = service.review_row(who, import_id, ONE)
    return [row.matched, seen.shown.matched, seen.beside]


def _landed(sites: TwoSites, matched: ImportId) -> tuple[Student | None, Student]:
    """Complete the import; give the student of the site before and after."""
    then = sites.student("m")
    _done(sites, matched)
    landed = sites.student("m")
    assert landed is not None
    return then, landed


def test_a_match_of_another_school_now_is_shown_as_it_was(
    sites: TwoSites, matched: ImportId
) -> None:
    """PERM-2: who has moved is shown to the old school as then, also by key."""
    then, landed = _landed(sites, matched)
    moved = sites.replace(landed, family_name="Bello", enrolments={FIR})
    assert _matches(sites, OAK_HEAD, matched) == [then, then, then]
    assert _matches(sites, NEW_HEAD, matched) == [moved, moved, moved]
    shown = sites.service.explain(OAK_HEAD, matched, ONE, M)
    assert shown != sites.service.explain(NEW_HEAD, matched, ONE, M)


def test_who_has_the_key_of_a_match_by_now_is_not_shown(
    sites: TwoSites, matched: ImportId
) -> None:
    """PERM-2, IMP-8: a key that another school's child was given tells nothing."""
    then, landed = _landed(sites, matched)
    sites.remove(landed)
    sites.add_new("m", **ZOFIA)
    assert _matches(sites, OAK_HEAD, matched) == [then, then, then]


def test_a_match_of_the_own_school_is_shown_as_now(
    sites: TwoSites, matched: ImportId
) -> None:
    """PERM-2: who may see the student sees what is there."""
    _done(sites, matched)
    landed = sites.student("m")
    assert landed is not None
    now = sites.replace(landed, email="maya@oak.example")
    assert _matches(sites, OAK_HEAD, matched) == [now, now, now]


def test_possible_matches_of_other_schools_are_not_listed_for_ever(
    sites: TwoSites,
) -> None:
    """PERM-2: they are there to choose from, which ends with the review."""
    sites.add_old("1", **ZOFIA)
    sites.add_new("q", **{**ZOFIA, "given_name": "Sofia", "date_of_birth": None})
    import_id = sites.ready()
    service = sites.service
    service.clear_match(NEW_HEAD, import_id, ONE)

    def keys(who: Actor) -> list[list[StudentKey]]:
        row = service.review_row(who, import_id, ONE)
        found = service.possible_matches(who, import_id, ONE), row.possible
        return [[one.student.key for one in each] for each in found]

    assert keys(OAK_HEAD) == [[Q], [Q]]
    _done(sites, import_id)
    assert keys(OAK_HEAD) == [[], []]
    assert service.review_row(OAK_HEAD, import_id, ONE).beside is None
    assert keys(NEW_HEAD) == [[Q], [Q]]
