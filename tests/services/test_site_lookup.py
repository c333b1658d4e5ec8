"""Looking at the own site: what is offered is what may be done, and no more."""

from typing import Any

import attrs
import pytest

from student_transfer.codes import StudentScope, YearScope
from student_transfer.errors import (
    EmptyScopeError,
    MergeRefusedError,
    NotAllowedError,
    NotFoundError,
    RevokedCodeError,
)
from student_transfer.matching import ImportAs
from student_transfer.permissions import Action
from student_transfer.services import TransferService, site_lookup
from student_transfer.sites import School, SchoolId, SiteId
from student_transfer.students import StudentKey
from student_transfer.testing.faults import FaultyStorage

from .conftest import (
    ASH,
    ASH_HEAD,
    ELM,
    ELM_HEAD,
    FIR,
    FIR_HEAD,
    MAYA,
    NEW_HEAD,
    OAK,
    OAK_HEAD,
    OLD,
    OLD_HEAD,
    TEACHER,
    TOM,
    ZOFIA,
    TwoSites,
    star,
)

GENERATE = Action.GENERATE_CODE


def _names(found: Any) -> list[str]:
    return [student.given_name for student in found.students]


def test_schools_are_those_the_actor_acts_for(sites: TwoSites) -> None:
    """PERM-2: a network's administrator has all, a school's the own."""
    service = sites.service
    assert [one.id for one in service.schools(OLD_HEAD, GENERATE)] == [ASH, ELM]
    assert [one.id for one in service.schools(ELM_HEAD, GENERATE)] == [ELM]
    assert service.site(ELM_HEAD).name == "Old Trust"
    with pytest.raises(NotAllowedError):
        service.schools(TEACHER, GENERATE)


def test_years_are_counted_however_they_are_written(sites: TwoSites) -> None:
    """CODE-1: "6" and "Year 6" are one; the blank year is none."""
    sites.add_old("1", **{**MAYA, "year": "6"})
    sites.add_old("2", **{**TOM, "year": "6"})
    sites.add_old("3", **{**ZOFIA, "year": "Year 6"})
    sites.add_old("4", given_name="Ann", year="10")
    sites.add_old("5", given_name="Bo", year="")
    sites.add_old("6", given_name="Cy", year="Oak")
    counted = sites.service.years(ELM_HEAD, ELM)
    assert [(one.scope.year, one.students) for one in counted] == [
        ("6", 3),
        ("10", 1),
        ("Oak", 1),
    ]
    with pytest.raises(NotAllowedError):
        sites.service.years(ASH_HEAD, ELM)
    with pytest.raises(NotFoundError):
        sites.service.years(OLD_HEAD, OAK)


def test_a_site_that_is_not_there_is_to_be_put_first(sites: TwoSites) -> None:
    """PERM-3: whose site the storage does not know is not told of "your site"."""
    lost = attrs.evolve(OLD_HEAD, site_id=SiteId("lost"))
    with pytest.raises(NotFoundError, match="put into the storage first") as refused:
        sites.service.site(lost)
    assert refused.value.message == "This site is not in the storage."


def test_students_are_found_by_school_year_and_name(sites: TwoSites) -> None:
    """By each, by all of them, and in the order of names."""
    sites.add_old("1", **MAYA, student_id="S77")
    sites.add_old("2", **TOM, enrolments={ASH})
    sites.add_old("3", **{**ZOFIA, "year": "5"}, enrolments={ASH, ELM})
    find = sites.service.students
    assert _names(find(OLD_HEAD, GENERATE)) == ["Zofia", "Maya", "Thomas"]
    assert _names(find(OLD_HEAD, GENERATE, school_id=ELM)) == ["Zofia", "Maya"]
    assert _names(find(OLD_HEAD, GENERATE, year="Year 6")) == ["Maya", "Thomas"]
    assert _names(find(OLD_HEAD, GENERATE, name="wilk tho")) == ["Thomas"]
    assert _names(find(OLD_HEAD, GENERATE, name="s77")) == ["Maya"]
    assert _names(find(OLD_HEAD, GENERATE, name="s77", school_id=ELM)) == ["Maya"]
    assert _names(find(OLD_HEAD, GENERATE, name="maya", school_id=ASH)) == []
    assert _names(find(ASH_HEAD, GENERATE)) == ["Zofia", "Thomas"]
    assert _names(find(ASH_HEAD, GENERATE, name="maya")) == []
    with pytest.raises(NotAllowedError):
        find(ASH_HEAD, GENERATE, school_id=ELM)
    with pytest.raises(NotAllowedError):
        find(TEACHER, GENERATE)
    with pytest.raises(NotFoundError):
        find(OLD_HEAD, GENERATE, school_id=SchoolId("oak"))


def test_students_come_by_page(sites: TwoSites) -> None:
    """Every one is on one page, and the total is of all."""
    for number in range(7):
        sites.add_old(str(number), given_name=f"G{number}", family_name="Ng", year="6")
    pages = [
        sites.service.students(OLD_HEAD, GENERATE, offset=at, limit=3)
        for at in (0, 3, 6, 9)
    ]
    assert [page.total for page in pages] == [7] * 4
    assert [name for page in pages for name in _names(page)] == [
        f"G{number}" for number in range(7)
    ]


def test_a_large_site_is_not_read_at_once(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks for a school or a name, and says when a name finds too many."""
    monkeypatch.setattr(site_lookup, "_READ_ALL", 2)
    monkeypatch.setattr(site_lookup, "FOUND_MOST", 2)
    for number in range(3):
        sites.add_old(str(number), given_name=f"G{number}", family_name="Ng", year="6")
    find = sites.service.students
    assert find(OLD_HEAD, GENERATE).too_wide
    assert find(OLD_HEAD, GENERATE, year="6").too_wide
    by_school = find(OLD_HEAD, GENERATE, school_id=ELM)
    assert (by_school.total, by_school.too_wide) == (3, False)
    by_name = find(OLD_HEAD, GENERATE, name="ng")
    assert (by_name.total, by_name.cut_off) == (2, True)
    assert not find(OLD_HEAD, GENERATE, name="g1").cut_off
    assert find(ELM_HEAD, GENERATE).total == 3


def test_a_year_is_looked_for_among_all_of_a_name(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CODE-1: a year narrows the search itself, not what is left of it when cut off."""
    monkeypatch.setattr(site_lookup, "_READ_ALL", 5)
    monkeypatch.setattr(site_lookup, "FOUND_MOST", 2)
    for number in range(4):
        sites.add_old(str(number), given_name=f"G{number}", family_name="Ng", year="5")
    sites.add_old("z", given_name="Zoe", family_name="Ng", year="6", enrolments=())
    find = sites.service.students
    assert find(OLD_HEAD, GENERATE, name="ng").cut_off
    by_year = find(OLD_HEAD, GENERATE, name="ng", year="6")
    assert (_names(by_year), by_year.cut_off) == (["Zoe"], False)
    sites.add_old("4", given_name="G4", family_name="Ng", year="5")
    assert find(OLD_HEAD, GENERATE, name="ng", year="6").cut_off


def test_it_is_how_many_would_be_read_that_is_too_many(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PERM-2: who acts for several large schools of more is asked for a name, too."""
    monkeypatch.setattr(site_lookup, "_READ_ALL", 3)
    with sites.storage() as work:
        work.sites.put_school(School(FIR, OLD, "Fir School"))
        work.commit()
    for number, school in enumerate((ELM, ELM, ASH, ASH, FIR)):
        name = {"given_name": f"G{number}", "family_name": f"Ng{number}"}
        sites.add_old(str(number), **name, year="6", enrolments={school})
    find, both = sites.service.students, attrs.evolve(ELM_HEAD, schools={ELM, ASH})
    assert find(both, GENERATE).too_wide
    assert find(both, GENERATE, year="6").too_wide
    assert find(both, GENERATE, school_id=ASH).total == 2
    assert _names(find(both, GENERATE, name="ng1")) == ["G1"]
    assert _names(find(both, GENERATE, name="ng4")) == []
    assert find(both, GENERATE, name="ng").cut_off
    assert find(attrs.evolve(both, schools={ELM, FIR}), GENERATE).total == 3


def test_a_name_is_searched_and_not_looked_for_in_whole_schools(
    sites: TwoSites,
) -> None:
    """PERM-2: so that a rare name takes as long in large schools as in small ones."""
    for number, school in enumerate((ELM, ASH, ELM)):
        sites.add_old(str(number), **{**MAYA, "enrolments": {school}})
    with sites.storage() as work:
        work.sites.put_school(School(FIR, OLD, "Fir School"))
        work.commit()
    sites.add_old("f", **{**MAYA, "enrolments": {FIR}})
    storage = FaultyStorage(sites.storage)
    both = attrs.evolve(ELM_HEAD, schools={ELM, ASH})
    found = TransferService(storage).students(both, GENERATE, name="okafor")
    assert {one.key for one in found.students} == {"0", "1", "2"}
    assert "roster.enrolled" not in storage.calls


def test_ones_own_are_found_however_many_others_are_named_so(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PERM-2: students of other schools come in the way of no own one."""
    monkeypatch.setattr(site_lookup, "_READ_ALL", 3)
    with sites.storage() as work:
        work.sites.put_school(School(FIR, OLD, "Fir School"))
        work.commit()
    for number, school in enumerate((FIR, FIR, FIR, FIR, ELM, ASH, ELM, ASH)):
        family = "Kim" if number < 6 else "Li"
        name = {"given_name": f"G{number}", "family_name": family}
        sites.add_old(str(number), **name, year="6", enrolments={school})
    found = sites.service.students(
        attrs.evolve(ELM_HEAD, schools={ELM, ASH}), GENERATE, name="kim"
    )
    assert (_names(found), found.cut_off) == (["G4", "G5"], False)


def test_who_goes_is_whom_the_code_is_for(sites: TwoSites) -> None:
    """CODE-2: what is shown before is what the code then has."""
    sites.add_old("1", **TOM)
    sites.add_old("2", **MAYA)
    sites.add_old("3", **{**ZOFIA, "year": "5"})
    going = sites.service.who_goes(ELM_HEAD, YearScope(ELM, "6"))
    assert (_names(going), going.school.id) == (["Maya", "Thomas"], ELM)
    new = sites.service.generate_code(ELM_HEAD, going.scope)
    assert set(new.issued.students) == {one.key for one in going.students}
    one = sites.service.who_goes(ELM_HEAD, StudentScope(ELM, StudentKey("3")))
    assert _names(one) == ["Zofia"]
    with pytest.raises(EmptyScopeError):
        sites.service.who_goes(ELM_HEAD, YearScope(ELM, "11"))
    with pytest.raises(NotAllowedError):
        sites.service.who_goes(ASH_HEAD, YearScope(ELM, "6"))


def test_a_preview_comes_by_page(sites: TwoSites) -> None:
    """PREV-2: the counts are of all, the rows of the page."""
    for number in range(5):
        sites.add_old(str(number), given_name=f"G{number}", family_name="Ng", year="6")
    import_id = sites.ready()
    first = sites.service.preview(NEW_HEAD, import_id, limit=2)
    last = sites.service.preview(NEW_HEAD, import_id, offset=4, limit=2)
    assert (first.found, first.new, len(first.rows)) == (5, 5, 2)
    assert first.school == "Oak School"
    assert [row.incoming.given_name for row in last.rows if row.incoming] == ["G4"]
    narrow = sites.service.preview(NEW_HEAD, import_id, import_as=ImportAs.MATCHED)
    assert (narrow.found, narrow.new) == (0, 5)


def test_a_student_who_is_not_there_is_put_beside_nobody(sites: TwoSites) -> None:
    """PERM-3: a student of no site, and one of another, are not found alike."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    with pytest.raises(NotFoundError):
        sites.service.review_row(
            NEW_HEAD, import_id, StudentKey("1"), beside=StudentKey("x")
        )


def test_one_row_has_its_neighbours_and_who_is_taken(sites: TwoSites) -> None:
    """REV-1, REV-2: what the page of one student shows."""
    sites.add_old("1", **MAYA, national_id="A123")
    sites.add_old("2", **{**MAYA, "given_name": "Maja"})
    sites.add_old("3", **ZOFIA)
    sites.add_old("4", **TOM)
    sites.add_new("m", **MAYA, national_id="A123")
    sites.add_new("z", **{**ZOFIA, "given_name": "Sofia", "date_of_birth": None})
    import_id = sites.ready()
    service = sites.service
    preview = service.preview(NEW_HEAD, import_id)
    order = [row.source_key for row in preview.rows]
    flagged = [row.source_key for row in preview.rows if row.needs_review]
    for row in preview.rows:
        seen = service.review_row(NEW_HEAD, import_id, row.source_key)
        assert seen.shown == row
        assert seen.flagged == len(flagged)
        others = [key for key in flagged if key != row.source_key]
        assert (seen.next_flagged is None) == (not others)
        place = order.index(row.source_key)
        around = [key for key in order[place + 1 :] + order[:place] if key in flagged]
        assert [seen.next_flagged, seen.previous_flagged] == (
            [around[0], around[-1]] if around else [None, None]
        )
        assert seen.possible == service.possible_matches(
            NEW_HEAD, import_id, row.source_key
        )
        if seen.beside is not None:
            assert seen.why == service.why_not(
                NEW_HEAD, import_id, row.source_key, seen.beside.key
            )
    assert service.review_row(NEW_HEAD, import_id, StudentKey("1")).why is not None
    alone = service.review_row(NEW_HEAD, import_id, StudentKey("4"))
    assert (alone.beside, alone.why, alone.taken) == (None, None, {})
    found = list(map(StudentKey, ("m", "z", "nobody")))
    about = service.review_row(NEW_HEAD, import_id, StudentKey("4"), about=found)
    assert about.taken[StudentKey("m")].key == "1"
    assert StudentKey("nobody") not in about.taken
    other = service.review_row(NEW_HEAD, import_id, StudentKey("2"))
    assert other.taken[StudentKey("m")].key == "1"
    with pytest.raises(NotFoundError):
        service.review_row(NEW_HEAD, import_id, StudentKey("nobody"))
    with pytest.raises(NotFoundError):
        service.review_row(OLD_HEAD, import_id, StudentKey("1"))
    with pytest.raises(NotAllowedError):
        service.review_row(FIR_HEAD, import_id, StudentKey("1"))
    [code] = service.codes(OLD_HEAD)
    service.revoke_code(OLD_HEAD, code.issued.id)
    with pytest.raises(RevokedCodeError):
        service.review_row(NEW_HEAD, import_id, StudentKey("1"))


def test_counts_come_without_the_students(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PREV-2, DONE-2: lists count the thousands of a year, and read none of them."""
    sites.add_old("1", **MAYA, national_id="A123")
    sites.add_old("2", **{**MAYA, "given_name": "Maja"})
    sites.add_old("3", **TOM)
    sites.add_new("m", **MAYA, national_id="A123")
    import_id = sites.ready()
    service = sites.service
    whole = service.preview(NEW_HEAD, import_id)
    asked: list[dict[str, Any]] = [
        {},
        {"import_as": ImportAs.MATCHED},
        {"import_as": ImportAs.NEW, "needs_review": False},
    ]
    counted = [service.preview(NEW_HEAD, import_id, **one) for one in asked]
    named = service.preview(NEW_HEAD, import_id, name="tho", limit=0)
    assert (named.found, named.rows) == (1, ())
    with sites.storage(read_only=True) as work:
        store = type(work.imports)
    monkeypatch.delattr(store, "rows")
    for narrowed, one in zip(asked, counted, strict=True):
        bare = service.preview(NEW_HEAD, import_id, **narrowed, limit=0)
        assert bare == attrs.evolve(one, rows=())
    assert (whole.matched, whole.new, whole.found) == (1, 2, 3)
    service.confirm(NEW_HEAD, import_id, accept_unreviewed=True)
    service.run_import(import_id)
    [completed] = service.completed_imports(NEW_HEAD)
    assert (completed.imported, completed.failed, completed.to_merge) == (3, 0, 0)


def test_a_review_reads_no_more_than_it_shows(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REV-1: of a year those who need review, and who take one of the shown."""
    sites.add_old("1", **MAYA, national_id="A123")
    sites.add_old("2", **TOM)
    sites.add_new("m", **MAYA, national_id="A123")
    import_id = sites.ready()
    with sites.storage(read_only=True) as work:
        store = type(work.imports)
    read, rows = [], store.rows

    def counting(self: Any, *asked: Any) -> Any:
        found = rows(self, *asked)
        read.extend(found)
        return found

    monkeypatch.setattr(store, "rows", counting)
    seen = sites.service.review_row(NEW_HEAD, import_id, StudentKey("1"))
    assert (seen.flagged, read) == (0, [])


def test_who_a_match_became_is_taken_too(sites: TwoSites) -> None:
    """REV-2, PREV-4: whom the match was merged into is nobody else's, either."""
    sites.add_old("1", **MAYA, national_id="A123")
    sites.add_old("2", **{**MAYA, "given_name": "Maja"})
    sites.add_new("x", **MAYA, national_id="A123")
    sites.add_new("m", **{**MAYA, "given_name": "Maia"})
    import_id = sites.ready()
    service = sites.service
    service.choose_match(NEW_HEAD, import_id, StudentKey("1"), StudentKey("x"))
    service.clear_match(NEW_HEAD, import_id, StudentKey("2"))
    service.confirm(NEW_HEAD, import_id)
    service.merge_students(NEW_HEAD, StudentKey("m"), StudentKey("x"))
    service.run_import(import_id)
    seen = service.review_row(NEW_HEAD, import_id, StudentKey("2"))
    assert {key: one.key for key, one in seen.taken.items()} == {"x": "1", "m": "1"}


def test_a_merge_is_planned_as_it_is_then_done(sites: TwoSites) -> None:
    """AFTER-1: the plan is the result, and changes nothing."""
    stays = sites.add_new("s", star("new", "a"), **{**MAYA, "gender": ""})
    goes = sites.add_new("g", star("new", "b"), **MAYA)
    plan = sites.service.plan_merge(NEW_HEAD, stays.key, goes.key)
    assert plan.added == 1
    assert plan.result.student.gender == "F"
    assert sites.student("g") == goes
    assert sites.student("s") == stays
    done = sites.service.merge_students(NEW_HEAD, stays.key, goes.key)
    assert done.result == plan.result
    with pytest.raises(MergeRefusedError):
        sites.service.plan_merge(NEW_HEAD, stays.key, stays.key)


def test_who_may_not_merge_sees_no_plan(sites: TwoSites) -> None:
    """PERM-2, PERM-3: not of another school, and nothing of another site."""
    sites.add_new("s", **MAYA)
    sites.add_new("g", **MAYA)
    key = StudentKey("s")
    assert sites.service.student(FIR_HEAD, Action.MERGE_STUDENTS, key).key == key
    with pytest.raises(NotAllowedError):
        sites.service.student(OAK_HEAD, Action.MERGE_STUDENTS, key)
    with pytest.raises(NotAllowedError):
        sites.service.plan_merge(OAK_HEAD, key, StudentKey("g"))
    with pytest.raises(NotFoundError):
        sites.service.plan_merge(OLD_HEAD, key, StudentKey("g"))
    assert [one.id for one in sites.service.schools(FIR_HEAD, GENERATE)] == [FIR]


def test_who_may_do_nothing_sees_nothing_of_the_site(sites: TwoSites) -> None:
    """PERM-3: not even what it is called."""
    with pytest.raises(NotAllowedError):
        sites.service.site(TEACHER)


def test_whom_a_code_is_for_needs_a_scope(sites: TwoSites) -> None:
    """CODE-1: a year alone is of no school."""
    with pytest.raises(TypeError, match="YearScope"):
        sites.service.who_goes(ELM_HEAD, "6")  # type: ignore[arg-type]  # the point
