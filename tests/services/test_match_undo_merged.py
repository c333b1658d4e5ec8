"""The match of an import is undone where people have merged duplicates as well."""

from typing import Any

import attrs
import pytest

from student_transfer.errors import MatchUndoRefusedError, MergeUndoRefusedError
from student_transfer.imports import ImportId
from student_transfer.outcomes import Reason
from student_transfer.services import TransferService
from student_transfer.students import Student, StudentKey, StudentRef
from student_transfer.testing.faults import FaultyStorage

from .conftest import FIR, MAYA, NEW, NEW_HEAD, OAK, OLD, TwoSites, star

ONE = StudentKey("1")
X, Y, Z = StudentKey("x"), StudentKey("y"), StudentKey("z")


def records(sites: TwoSites, key: str) -> list[str]:
    """Name the records that a student of the new site has."""
    return sorted(record.origin.record_id for record in sites.records(key))


def merge(sites: TwoSites, survivor: StudentKey, absorbed: StudentKey) -> Any:
    """Merge two of the new site, a day later; give the merge's ID."""
    sites.clock.advance(days=1)
    return sites.service.merge_students(NEW_HEAD, survivor, absorbed).id


def run(sites: TwoSites, import_id: ImportId) -> Reason | None:
    """Run a confirmed import of one student; say why it failed, if it did."""
    sites.clock.advance(days=1)
    sites.service.run_import(import_id)
    [entry] = sites.service.log_entries(NEW_HEAD, import_id)
    return entry.outcome.reason


def two_previews(sites: TwoSites) -> list[ImportId]:
    """Preview Maya twice, who is like Y both times; X and Z are added then."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_new("y", star("new", "y1"), **MAYA)
    both = [sites.ready(sites.code("1")) for _ in range(2)]
    for key in ("x", "z"):
        sites.add_new(key, star("new", f"{key}1"), **MAYA)
    return both


@pytest.mark.parametrize("by", ["a person", "nobody"])
def test_whom_a_person_has_parted_stays_apart_through_a_chain_of_merges(
    sites: TwoSites, by: str
) -> None:
    """IMP-8, AFTER-2: undone with one between the match and whom it became."""
    first, late = two_previews(sites)
    for import_id in (first, late):
        if by == "a person":
            sites.service.keep_match(NEW_HEAD, import_id, ONE, Y)
        sites.service.confirm(NEW_HEAD, import_id)
    merge(sites, X, Y)
    assert run(sites, first) is None
    made = sites.service.undo_match(NEW_HEAD, first, ONE)
    if by == "nobody":
        sites.remove(made.goes)  # or that alone would end the match
    merge(sites, Z, X)
    assert run(sites, late) is Reason.MATCH_UNDONE
    assert records(sites, "z") == ["x1", "y1", "z1"]


def test_whom_a_person_has_parted_stays_apart_where_a_merge_was_undone(
    sites: TwoSites,
) -> None:
    """PREV-7, AFTER-2: a new preview has followed a merge that was done again."""
    first, late = two_previews(sites)
    for import_id in (first, late):
        sites.service.choose_match(NEW_HEAD, import_id, ONE, Y)
    merged = merge(sites, X, Y)
    sites.service.analyse_again(NEW_HEAD, late)
    sites.service.analyse(late)
    [shown] = sites.service.preview(NEW_HEAD, late).rows
    assert shown.row.decision.match == X
    sites.service.undo_merge(NEW_HEAD, merged)
    sites.service.confirm(NEW_HEAD, first)
    assert run(sites, first) is None
    sites.service.undo_match(NEW_HEAD, first, ONE)
    merge(sites, X, Y)
    sites.service.confirm(NEW_HEAD, late)
    assert run(sites, late) is Reason.MATCH_UNDONE
    assert records(sites, "x") == ["x1", "y1"]


def two_decided(sites: TwoSites) -> list[ImportId]:
    """Preview Maya twice, who is Y both times: a person says so."""
    both = two_previews(sites)
    for import_id in both:
        sites.service.keep_match(NEW_HEAD, import_id, ONE, Y)
        sites.service.confirm(NEW_HEAD, import_id)
    return both


@pytest.mark.parametrize(("hops", "undone"), [(1, 1), (2, 1), (2, 2)])
def test_who_was_parted_from_two_that_were_one_comes_to_neither_unseen(
    sites: TwoSites, hops: int, undone: int
) -> None:
    """IMP-8, AFTER-2: the merge was right when the match was undone, and is undone.

    A new preview leaves it to a person, and a choice that a person makes then stands.
    """
    first, late = two_decided(sites)
    merges = [merge(sites, X, Y)]
    if hops == 2:
        merges.append(merge(sites, Z, X))
    assert run(sites, first) is None
    made = sites.service.undo_match(NEW_HEAD, first, ONE)
    sites.remove(made.goes)
    sites.clock.advance(days=1)
    for one in list(reversed(merges))[:undone]:
        sites.service.undo_merge(NEW_HEAD, one)
    left = X if hops > undone else Y
    before = records(sites, left)
    assert run(sites, late) is Reason.MATCH_UNDONE
    assert records(sites, left) == before
    for key in {"x", "y", "z"} - {left}:
        if sites.student(key):
            sites.remove(_of(sites, key))
    again = sites.ready(sites.code("1"))
    [shown] = sites.service.preview(NEW_HEAD, again).rows
    assert "a person has parted the two before" in shown.why
    sites.service.choose_match(NEW_HEAD, again, ONE, left)
    sites.service.confirm(NEW_HEAD, again)
    assert run(sites, again) is None


def _confirmed_onto_both(sites: TwoSites) -> tuple[ImportId, ImportId]:
    """Confirm two imports of one child: the first onto X, the other one onto Y."""
    first, late = two_previews(sites)
    sites.service.choose_match(NEW_HEAD, first, ONE, X)
    sites.service.keep_match(NEW_HEAD, late, ONE, Y)
    for import_id in (first, late):
        sites.service.confirm(NEW_HEAD, import_id)
    return first, late


def test_a_merge_that_had_been_undone_before_parts_from_nobody(
    sites: TwoSites,
) -> None:
    """AFTER-2: the match was undone with the other one alone."""
    first, late = _confirmed_onto_both(sites)
    sites.service.undo_merge(NEW_HEAD, merge(sites, X, Y))
    assert run(sites, first) is None
    sites.service.undo_match(NEW_HEAD, first, ONE)
    assert run(sites, late) is None
    assert records(sites, "y") == ["a", "y1"]


def test_a_merge_after_an_undone_match_tells_nobody_apart(
    sites: TwoSites,
) -> None:
    """AFTER-2: the two were two when the match with the other one was undone."""
    first, late = _confirmed_onto_both(sites)
    assert run(sites, first) is None
    sites.remove(sites.service.undo_match(NEW_HEAD, first, ONE).goes)
    merged = merge(sites, X, Y)
    sites.clock.advance(days=1)
    sites.service.undo_merge(NEW_HEAD, merged)
    assert run(sites, late) is None
    assert records(sites, "y") == ["a", "y1"]


def test_a_chain_of_merges_is_followed_whatever_the_clock_said(
    sites: TwoSites,
) -> None:
    """AFTER-2: the clock of another machine may be behind."""
    first, _ = two_previews(sites)
    sites.service.confirm(NEW_HEAD, first)
    assert run(sites, first) is None
    made = sites.service.undo_match(NEW_HEAD, first, ONE)
    sites.remove(made.goes)
    merge(sites, X, Y)
    sites.clock.advance(days=-2)
    merge(sites, Z, X)
    [shown] = sites.service.preview(NEW_HEAD, sites.ready(sites.code("1"))).rows
    assert shown.row.decision.match is None
    assert shown.why == "a person has parted the two before"


def test_what_a_merge_has_brought_as_well_stays(sites: TwoSites) -> None:
    """CONF-5, AFTER-2: the child's own record came by the other first, and is kept.

    The old site has taken another child's record for one of its students, who came
    here then, to the same child twice on this site.
    """
    sites.add_new("y", star("new", "y1"), **MAYA)
    sites.add_new("x", star("new", "x1"), **MAYA)
    sites.add_old("1", star("new", "y1"), star("old", "a"), **MAYA)
    import_id = sites.ready(sites.code("1"))
    sites.service.choose_match(NEW_HEAD, import_id, ONE, X)
    sites.service.confirm(NEW_HEAD, import_id)
    assert run(sites, import_id) is None
    assert records(sites, "x") == ["a", "x1", "y1"]
    merge(sites, X, Y)
    made = sites.service.undo_match(NEW_HEAD, import_id, ONE)
    assert records(sites, "x") == ["x1", "y1"]
    assert records(sites, made.goes.key) == ["a"]


def wrongly_matched(sites: TwoSites, key: str, **fields: Any) -> ImportId:
    """Bring a child to another one, who is on the new site twice: as X and as Y."""
    sites.add_old("1", star("old", "a"), **MAYA, **fields)
    for one in "xy":
        sites.add_new(one, star("new", f"{one}1"), **MAYA)
    import_id = sites.ready(sites.code("1"))
    sites.service.choose_match(NEW_HEAD, import_id, ONE, StudentKey(key))
    sites.service.confirm(NEW_HEAD, import_id)
    assert run(sites, import_id) is None
    return import_id


@pytest.mark.parametrize("at", [0, 1])
def test_a_wrong_match_is_undone_after_a_merge_and_another_import(
    sites: TwoSites, at: int
) -> None:
    """AFTER-2: the merge cannot be undone any more, and the match is not final."""
    first = wrongly_matched(sites, "y", email="one@x.org")
    here = attrs.evolve(_of(sites, "x"), enrolments={FIR})
    merged = merge(sites, X, Y)
    with sites.storage() as work:
        work.roster.add_records(OLD, ONE, [star("old", "b")])
        work.commit()
    sites.clock.advance(days=1)
    second = sites.done(sites.code("1"))
    [entry] = sites.service.log_entries(NEW_HEAD, second)
    assert (entry.outcome.student, entry.outcome.can_undo_match) == (X, True)
    made = sites.service.undo_match(NEW_HEAD, (first, second)[at], ONE)
    assert _of(sites, "x") == here
    assert records(sites, "x") == ["x1", "y1"]
    assert records(sites, made.goes.key) == ["a", "b"]
    assert made.goes.email == "one@x.org"
    assert made.goes.provenance == {StudentRef(OLD, ONE)}
    for import_id in (first, second):
        [entry] = sites.service.log_entries(NEW_HEAD, import_id)
        assert entry.outcome.student == made.goes.key
    with pytest.raises(MergeUndoRefusedError, match="provenance"):
        sites.service.undo_merge(NEW_HEAD, merged)


def _of(sites: TwoSites, key: str) -> Student:
    found = sites.student(key)
    assert found is not None
    return found


def test_what_the_surviving_record_had_is_not_taken_back(sites: TwoSites) -> None:
    """CONF-5, AFTER-2: the import brought it to the other one, and it was there."""
    first = wrongly_matched(sites, "y", email="one@x.org", middle_name="Ada")
    sites.replace(_of(sites, "y"), email="")
    before = sites.replace(_of(sites, "x"), middle_name="Ada", enrolments={FIR, OAK})
    with sites.storage() as work:
        work.roster.add_records(NEW, X, [star("old", "a")])
        work.commit()
    merge(sites, X, Y)
    with sites.storage() as work:
        work.roster.add_records(NEW, X, [star("new", "x2")])
        work.commit()
    made = sites.service.undo_match(NEW_HEAD, first, ONE)
    assert _of(sites, "x") == before
    assert records(sites, "x") == ["a", "x1", "x2", "y1"]
    assert records(sites, made.goes.key) == []


def test_a_match_is_undone_through_a_chain_of_merges(sites: TwoSites) -> None:
    """AFTER-2: the last merge is undone first, where it can be."""
    first = wrongly_matched(sites, "y")
    sites.add_new("z", star("new", "z1"), **MAYA)
    merge(sites, X, Y)
    merged = merge(sites, Z, X)
    with pytest.raises(MatchUndoRefusedError, match="Undo that merge first"):
        sites.service.undo_match(NEW_HEAD, first, ONE)
    edited = sites.replace(_of(sites, "z"), year="7")
    storage = FaultyStorage(sites.storage)
    made = TransferService(storage).undo_match(NEW_HEAD, first, ONE)
    of_survivor = 1  # whose merge cannot be undone; then of all three at once
    assert storage.calls.count("applied_matches.standing_for") == of_survivor + 1
    assert records(sites, "z") == ["x1", "y1", "z1"]
    assert records(sites, made.goes.key) == ["a"]
    assert _of(sites, "z").provenance == edited.provenance - {StudentRef(OLD, ONE)}
    with pytest.raises(MergeUndoRefusedError):
        sites.service.undo_merge(NEW_HEAD, merged)


def test_no_match_is_undone_with_whom_a_person_has_merged_with_the_own(
    sites: TwoSites,
) -> None:
    """AFTER-1: the record that stays was the child's own, from another import."""
    first = wrongly_matched(sites, "y")
    own = sites.replace(_of(sites, "x"), provenance={StudentRef(OLD, ONE)})
    merge(sites, X, Y)
    sites.replace(_of(sites, "x"), year="7")
    with pytest.raises(MatchUndoRefusedError, match="a person has merged it"):
        sites.service.undo_match(NEW_HEAD, first, ONE)
    assert _of(sites, "x") == attrs.evolve(own, year="7", enrolments={FIR, OAK})


def test_merges_that_lead_back_lead_nowhere(sites: TwoSites) -> None:
    """IMP-8: the host has given the key of one who was merged to another record."""
    first = wrongly_matched(sites, "y")
    merge(sites, X, Y)
    sites.add_new("y", **MAYA)
    merge(sites, Y, X)
    sites.remove(_of(sites, "y"))
    with pytest.raises(MatchUndoRefusedError, match="no longer there"):
        sites.service.undo_match(NEW_HEAD, first, ONE)


def test_who_is_matched_again_can_be_undone_again(
    sites: TwoSites,
) -> None:
    """AFTER-2: what the merge has kept of the first time is nobody's own record."""
    first = wrongly_matched(sites, "y")
    merge(sites, X, Y)
    sites.replace(_of(sites, "x"), year="7")
    sites.remove(sites.service.undo_match(NEW_HEAD, first, ONE).goes)
    sites.clock.advance(days=1)
    again = sites.ready(sites.code("1"))
    sites.service.choose_match(NEW_HEAD, again, ONE, X)
    sites.service.confirm(NEW_HEAD, again)
    assert run(sites, again) is None
    made = sites.service.undo_match(NEW_HEAD, again, ONE)
    assert records(sites, "x") == ["x1", "y1"]
    assert records(sites, made.goes.key) == ["a"]


def test_a_value_of_who_was_parted_is_not_given_again(sites: TwoSites) -> None:
    """AFTER-2: though the merge has kept the record as it was then."""
    first = wrongly_matched(sites, "y", middle_name="Ada")
    sites.add_old("2", star("old", "c"), **MAYA, middle_name="Ada")
    other = sites.ready(sites.code("2"))
    sites.service.choose_match(NEW_HEAD, other, StudentKey("2"), X)
    sites.service.confirm(NEW_HEAD, other)
    assert run(sites, other) is None
    merge(sites, X, Y)
    sites.replace(_of(sites, "x"), year="7")
    sites.service.undo_match(NEW_HEAD, first, ONE)
    assert _of(sites, "x").middle_name == "Ada"
    sites.service.undo_match(NEW_HEAD, other, StudentKey("2"))
    assert _of(sites, "x").middle_name == ""
    assert records(sites, "x") == ["x1", "y1"]
