"""The preview and the review of its matches."""

from typing import Any

import attrs
import pytest

from student_transfer.errors import (
    ConcurrentChangeError,
    IllegalTransitionError,
    MatchTakenError,
    NotFoundError,
    UnlikeError,
)
from student_transfer.imports import ImportId, ImportState
from student_transfer.matching import Explanation, ImportAs, Level, NonMatchReason
from student_transfer.services import FoundStudents, TransferService, review
from student_transfer.sites import RosterSource
from student_transfer.students import StudentKey
from student_transfer.testing.faults import FaultyStorage

from .conftest import MAYA, NEW_HEAD, OAK_HEAD, TOM, ZOFIA, TwoSites

ONE, TWO, THREE = StudentKey("1"), StudentKey("2"), StudentKey("3")
MAYA_NEW, OTHER_NEW = StudentKey("m"), StudentKey("o")


@pytest.fixture
def import_id(sites: TwoSites) -> ImportId:
    """Bring three students, one of whom is on the new site already."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    sites.add_old("3", **ZOFIA)
    sites.add_new("m", **MAYA)
    sites.add_new("o", given_name="Priya", family_name="Shah", year="6")
    return sites.ready()


def test_the_preview_counts_new_and_matched(
    sites: TwoSites, import_id: ImportId
) -> None:
    """PREV-2, PREV-3: counts, and import-as with the match for each student."""
    preview = sites.service.preview(NEW_HEAD, import_id)
    assert (preview.new, preview.matched, preview.absent) == (2, 1, 0)
    assert preview.import_.state is ImportState.READY
    assert (preview.progress.done, preview.progress.total) == (3, 3)
    by_key = {row.source_key: row for row in preview.rows}
    assert by_key[ONE].import_as is ImportAs.MATCHED
    assert by_key[ONE].matched == sites.student("m")
    assert by_key[TWO].import_as is ImportAs.NEW
    assert by_key[TWO].matched is None
    assert not by_key[TWO].needs_review


def test_rows_are_by_name(sites: TwoSites, import_id: ImportId) -> None:
    """REV-1: as a person looks for a name, in any run the same."""
    rows = sites.service.preview(NEW_HEAD, import_id).rows
    assert [row.source_key for row in rows] == [THREE, ONE, TWO]


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"name": "okaf"}, [ONE]),
        ({"name": "WILKINSON tho"}, [TWO]),
        ({"name": "nobody"}, []),
        ({"import_as": ImportAs.NEW}, [THREE, TWO]),
        ({"import_as": ImportAs.MATCHED}, [ONE]),
        ({"needs_review": True}, []),
        ({"needs_review": False, "name": "z"}, [THREE]),
    ],
)
def test_the_list_is_narrowed(
    sites: TwoSites, import_id: ImportId, narrowed: dict[str, Any], found: list[str]
) -> None:
    """REV-1: by name and by status; the counts stay those of all students."""
    preview = sites.service.preview(NEW_HEAD, import_id, **narrowed)
    assert [row.source_key for row in preview.rows] == found
    assert (preview.new, preview.matched) == (2, 1)


def test_a_student_who_left_the_source_is_counted_apart(sites: TwoSites) -> None:
    """PREV-2, IMP-10: who is gone before the analysis is neither new nor matched."""
    sites.add_old("1", **MAYA)
    tom = sites.add_old("2", **TOM)
    code = sites.code()
    sites.remove(tom)
    import_id = sites.ready(code)
    preview = sites.service.preview(NEW_HEAD, import_id)
    assert (preview.new, preview.matched, preview.absent) == (1, 0, 1)
    gone = preview.rows[0].row
    assert gone.suggestion.why == "no longer on the source site"
    narrowed = sites.service.preview(NEW_HEAD, import_id, name="maya")
    assert len(narrowed.rows) == 1
    sites.add_new("x", **TOM)
    with pytest.raises(NotFoundError, match="no longer on the source") as refused:
        sites.service.explain(NEW_HEAD, import_id, TWO, StudentKey("x"))
    assert "analyse the import again" in refused.value.advice
    assert refused.value.rule == "IMP-10"


def test_a_flagged_match_is_told_with_what_to_look_at(sites: TwoSites) -> None:
    """PREV-3, PREV-6: until a person has looked, why_not says what is in doubt."""
    sites.add_old("1", **{**MAYA, "date_of_birth": None, "gender": "M"})
    there = sites.add_new("m", **MAYA)
    import_id = sites.ready(sites.code())
    (row,) = (one.row for one in sites.service.preview(NEW_HEAD, import_id).rows)
    assert row.needs_review
    assert row.decision.match == there.key
    assert row.suggestion.doubts
    doubts = "; ".join(row.suggestion.doubts)
    assert row.suggestion.why.endswith(doubts)
    told = sites.service.why_not(NEW_HEAD, import_id, ONE, there.key)
    assert told.sentence == f"They are matched. A person has to look: {doubts}."
    sites.service.keep_match(NEW_HEAD, import_id, ONE, there.key)
    kept = sites.service.why_not(NEW_HEAD, import_id, ONE, there.key)
    assert kept.sentence == "They are matched."


def test_a_match_is_kept(sites: TwoSites, import_id: ImportId) -> None:
    """REV-1: keeping leaves the decision and takes the flag off."""
    row = sites.service.keep_match(NEW_HEAD, import_id, ONE, MAYA_NEW)
    assert row.decision.match == MAYA_NEW
    assert row.decision.by_person
    assert not row.needs_review


@pytest.mark.parametrize("seen", [None, OTHER_NEW])
def test_only_the_match_that_was_seen_is_kept(
    sites: TwoSites, import_id: ImportId, seen: StudentKey | None
) -> None:
    """REV-1: another analysis may have proposed somebody else meanwhile."""
    with pytest.raises(ConcurrentChangeError, match="another one by now"):
        sites.service.keep_match(NEW_HEAD, import_id, ONE, seen)
    assert sites.service.edits(NEW_HEAD, import_id) == ()


def test_a_match_is_cleared(sites: TwoSites, import_id: ImportId) -> None:
    """REV-1: a cleared match is imported as a new student."""
    row = sites.service.clear_match(NEW_HEAD, import_id, ONE)
    assert (row.decision.import_as, row.decision.match) == (ImportAs.NEW, None)
    assert sites.service.preview(NEW_HEAD, import_id).matched == 0


def test_any_student_of_the_site_can_be_chosen(
    sites: TwoSites, import_id: ImportId
) -> None:
    """REV-1, MATCH-1: whoever the search finds; if plainly unlike, by a second yes."""
    [found] = sites.service.search_students(NEW_HEAD, import_id, "sha pri").students
    with pytest.raises(UnlikeError, match="given name, family name") as refused:
        sites.service.choose_match(NEW_HEAD, import_id, TWO, found.key)
    assert refused.value.fields == ("given_name", "family_name")
    assert sites.service.edits(NEW_HEAD, import_id) == ()
    row = sites.service.choose_match(
        NEW_HEAD, import_id, TWO, found.key, accept_unlike=True
    )
    assert row.decision.match == OTHER_NEW
    assert sites.service.preview(NEW_HEAD, import_id).matched == 2


def test_who_was_chosen_though_unlike_is_shown_after_another_analysis(
    sites: TwoSites, import_id: ImportId
) -> None:
    """PREV-7, REV-1: the match is shown and compared, though no possible match."""
    service = sites.service
    service.choose_match(NEW_HEAD, import_id, TWO, OTHER_NEW, accept_unlike=True)
    service.analyse_again(NEW_HEAD, import_id)
    service.analyse(import_id)
    seen = service.review_row(NEW_HEAD, import_id, TWO)
    assert seen.possible == ()
    assert seen.beside == seen.shown.matched == sites.student("o")
    assert seen.why is not None
    assert seen.why.reason is NonMatchReason.MATCHED
    [row] = [
        one
        for one in service.preview(NEW_HEAD, import_id).rows
        if one.incoming == seen.shown.incoming
    ]
    assert row.matched == sites.student("o")


def test_an_empty_search_finds_nobody(sites: TwoSites, import_id: ImportId) -> None:
    """REV-1: a search without a word is no list of the whole site."""
    found = sites.service.search_students(NEW_HEAD, import_id, " ' ")
    assert (found.students, found.total, found.cut_off) == ((), 0, False)


def test_a_search_says_how_many_there_are(
    sites: TwoSites, import_id: ImportId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REV-1: nobody is left out unseen: there are pages, and it says where they end."""
    for number in range(7):
        sites.add_new(str(number), given_name=f"G{number}", family_name="Ng")

    def search(text: str, offset: int = 0) -> FoundStudents:
        return sites.service.search_students(
            NEW_HEAD, import_id, text, offset=offset, limit=3
        )

    pages = [search("ng", offset) for offset in (0, 3, 6)]
    assert [(page.total, page.cut_off) for page in pages] == [(7, False)] * 3
    names = [one.given_name for page in pages for one in page.students]
    assert names == [f"G{number}" for number in range(7)]
    monkeypatch.setattr(review, "FOUND_MOST", 6)
    assert (search("ng").total, search("ng").cut_off) == (6, True)
    assert not search("ng g6").cut_off


def test_another_students_match_cannot_be_chosen(
    sites: TwoSites, import_id: ImportId
) -> None:
    """REV-2: refused, naming the other; after clearing it is free."""
    with pytest.raises(MatchTakenError) as refused:
        sites.service.choose_match(NEW_HEAD, import_id, TWO, MAYA_NEW)
    assert refused.value.holder == ONE
    sites.service.clear_match(NEW_HEAD, import_id, ONE)
    row = sites.service.choose_match(
        NEW_HEAD, import_id, TWO, MAYA_NEW, accept_unlike=True
    )
    assert row.decision.match == MAYA_NEW


def test_a_decision_reads_one_row(sites: TwoSites, import_id: ImportId) -> None:
    """REV-1, REV-2: who decides on one does not wait for thousands of others."""
    storage = FaultyStorage(sites.storage)
    service = TransferService(storage, clock=sites.clock)
    service.keep_match(NEW_HEAD, import_id, ONE, MAYA_NEW)
    with pytest.raises(MatchTakenError):
        service.choose_match(NEW_HEAD, import_id, TWO, MAYA_NEW)
    service.clear_match(NEW_HEAD, import_id, ONE)
    service.choose_match(NEW_HEAD, import_id, TWO, MAYA_NEW, accept_unlike=True)
    service.possible_matches(NEW_HEAD, import_id, ONE)
    service.explain(NEW_HEAD, import_id, ONE, MAYA_NEW)
    service.why_not(NEW_HEAD, import_id, ONE, MAYA_NEW)
    assert "imports.row" in storage.calls
    assert "imports.rows" not in storage.calls


def test_who_takes_the_students_shown_is_asked_once(sites: TwoSites) -> None:
    """REV-2, PREV-4: however many are shown; the reason names who was found so."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **MAYA)
    sites.add_new("m", **MAYA)
    sites.add_new("o", **TOM)
    import_id = sites.ready()
    sites.service.choose_match(NEW_HEAD, import_id, ONE, MAYA_NEW)
    storage = FaultyStorage(sites.storage)
    service = TransferService(storage, clock=sites.clock)
    shown = service.review_row(NEW_HEAD, import_id, TWO, MAYA_NEW, about=(OTHER_NEW,))
    assert storage.calls.count("imports.rows_taking") == 1
    assert {key: one.key for key, one in shown.taken.items()} == {MAYA_NEW: ONE}
    assert shown.why is not None
    assert (shown.why.reason, shown.why.other) == (NonMatchReason.TAKEN, ONE)
    assert shown.why == service.why_not(NEW_HEAD, import_id, TWO, MAYA_NEW)


def test_the_same_match_can_be_chosen_again(
    sites: TwoSites, import_id: ImportId
) -> None:
    """REV-2: a student's own match is not another's."""
    row = sites.service.choose_match(NEW_HEAD, import_id, ONE, MAYA_NEW)
    assert row.decision.by_person


@pytest.mark.parametrize("student", ["nobody", "1"])
def test_only_students_of_the_own_site_can_be_chosen(
    sites: TwoSites, import_id: ImportId, student: str
) -> None:
    """REV-1, PERM-3: a student of another site is not found."""
    with pytest.raises(NotFoundError):
        sites.service.choose_match(NEW_HEAD, import_id, TWO, StudentKey(student))


def test_a_student_not_in_the_import_cannot_be_decided(
    sites: TwoSites, import_id: ImportId
) -> None:
    """REV-1: an error that says so, and nothing changes."""
    with pytest.raises(NotFoundError, match="incoming student"):
        sites.service.clear_match(NEW_HEAD, import_id, StudentKey("99"))
    assert sites.service.edits(NEW_HEAD, import_id) == ()


@pytest.mark.parametrize("method", ["keep_match", "explain", "review_row"])
def test_before_the_preview_there_is_nothing_to_review(
    sites: TwoSites, method: str
) -> None:
    """PREV-1, REV-1: nobody is called unknown while the import is analysed."""
    sites.add_old("1", **MAYA)
    sites.add_new("m", **MAYA)
    import_id = sites.start().id
    review_of = getattr(sites.service, method)
    with pytest.raises(IllegalTransitionError, match="analys") as refused:
        review_of(NEW_HEAD, import_id, ONE, MAYA_NEW)
    assert refused.value.advice.startswith("Wait until the preview is ready")
    with pytest.raises(NotFoundError, match="incoming student"):
        review_of(NEW_HEAD, import_id, StudentKey("99"), MAYA_NEW)


def test_every_edit_is_kept(sites: TwoSites, import_id: ImportId) -> None:
    """REV-3: who, when, before and after."""
    sites.service.clear_match(NEW_HEAD, import_id, ONE)
    sites.clock.advance(minutes=5)
    sites.service.choose_match(OAK_HEAD, import_id, ONE, MAYA_NEW)
    first, second = sites.service.edits(NEW_HEAD, import_id)
    assert (first.by, second.by) == ("head@new", "oak")
    assert (second.at - first.at).total_seconds() == 300
    assert first.before.match == MAYA_NEW
    assert first.after == second.before
    assert second.after.match == MAYA_NEW


def test_nothing_is_edited_after_the_confirmation(
    sites: TwoSites, import_id: ImportId
) -> None:
    """REV-1: a scheduled import is not edited any more."""
    sites.service.confirm(NEW_HEAD, import_id)
    with pytest.raises(IllegalTransitionError):
        sites.service.clear_match(NEW_HEAD, import_id, ONE)
    assert sites.service.edits(NEW_HEAD, import_id) == ()


def test_possible_matches_are_offered(sites: TwoSites, import_id: ImportId) -> None:
    """REV-1, PREV-6: with probability and reason, best first."""
    [possible] = sites.service.possible_matches(NEW_HEAD, import_id, ONE)
    assert possible.student.key == MAYA_NEW
    assert possible.candidate.probability > 0.9
    assert possible.candidate.why


def test_a_pair_is_explained(sites: TwoSites, import_id: ImportId) -> None:
    """PREV-6: for each field what was compared, how well it agreed and its weight."""
    comparison = sites.service.explain(NEW_HEAD, import_id, ONE, MAYA_NEW)
    bits = comparison.prior + sum(field.weight for field in comparison.fields)
    assert comparison.probability == pytest.approx(1 / (1 + 2**-bits))
    unlike = sites.service.explain(NEW_HEAD, import_id, TWO, OTHER_NEW)
    assert unlike.probability < 0.01 < comparison.probability


def test_what_two_who_come_share_is_explained_as_shared(sites: TwoSites) -> None:
    """PREV-6, MATCH-5: as it was decided, what the whole import shows counts."""
    sites.add_old("1", **MAYA, national_id="A12345678")
    sites.add_old("2", **TOM, national_id="A12345678")
    sites.add_new("m", **MAYA, national_id="A12345678")
    import_id = sites.ready()
    [possible] = sites.service.possible_matches(NEW_HEAD, import_id, ONE)
    told = sites.service.explain(NEW_HEAD, import_id, ONE, MAYA_NEW)
    assert told.levels["national_id"] is Level.SHARED
    assert told.why == possible.candidate.why
    why = sites.service.why_not(NEW_HEAD, import_id, ONE, MAYA_NEW)
    assert why.explanation == Explanation.of(told)
    seen = sites.service.review_row(NEW_HEAD, import_id, ONE).why
    assert seen == why


def test_a_row_that_keeps_no_frequencies_is_explained_by_what_is_counted_now(
    sites: TwoSites, import_id: ImportId
) -> None:
    """PREV-6: as an earlier version left it; what the import has taught is lost."""
    before = sites.service.explain(NEW_HEAD, import_id, ONE, MAYA_NEW)
    with sites.storage() as work:
        row = work.imports.row(import_id, ONE)
        work.imports.save_row(import_id, attrs.evolve(row, frequencies=None))
        work.commit()
    told = sites.service.explain(NEW_HEAD, import_id, ONE, MAYA_NEW)
    assert (told.levels, told.prior) == (before.levels, before.prior)


def test_who_fits_as_well_is_named(sites: TwoSites) -> None:
    """PREV-4, PREV-6: the other incoming student, as for two files."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **MAYA)
    sites.add_new("m", **MAYA)
    import_id = sites.ready()
    why = sites.service.why_not(NEW_HEAD, import_id, ONE, MAYA_NEW)
    assert (why.reason, why.other) == (NonMatchReason.CONTESTED, TWO)


def test_on_an_sis_site_unmatched_students_are_flagged(sites: TwoSites) -> None:
    """IMP-9: students come from the SIS, so an unmatched one needs a look."""
    sites.set_roster_source(RosterSource.SIS)
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    sites.add_new("m", **MAYA)
    preview = sites.service.preview(NEW_HEAD, sites.ready())
    flags = {row.source_key: row.needs_review for row in preview.rows}
    assert flags[TWO]
    assert preview.needs_review == sum(flags.values())


def test_decisions_of_people_outlast_another_analysis(
    sites: TwoSites, import_id: ImportId
) -> None:
    """PREV-7: what a person decided stays decided; the rest follows the roster."""
    sites.service.clear_match(NEW_HEAD, import_id, ONE)
    sites.add_new("t", **TOM)
    sites.service.analyse_again(NEW_HEAD, import_id)
    with pytest.raises(IllegalTransitionError):
        sites.service.clear_match(NEW_HEAD, import_id, TWO)
    assert sites.service.analyse(import_id).state is ImportState.READY
    preview = sites.service.preview(NEW_HEAD, import_id)
    decisions = {row.source_key: row.row.decision for row in preview.rows}
    assert decisions[ONE].import_as is ImportAs.NEW
    assert decisions[ONE].by_person
    assert decisions[TWO].match == "t"


def test_a_chosen_student_is_nobody_elses_match_in_the_next_analysis(
    sites: TwoSites, import_id: ImportId
) -> None:
    """PREV-4, PREV-7: one-to-one holds with what people have chosen."""
    sites.service.clear_match(NEW_HEAD, import_id, ONE)
    sites.service.choose_match(NEW_HEAD, import_id, TWO, MAYA_NEW, accept_unlike=True)
    sites.service.analyse_again(NEW_HEAD, import_id)
    sites.service.analyse(import_id)
    rows = sites.service.preview(NEW_HEAD, import_id).rows
    matches = [row.row.decision.match for row in rows if row.row.decision.match]
    assert matches == [MAYA_NEW]


def test_an_edit_loses_against_a_change_meanwhile(
    sites: TwoSites, import_id: ImportId
) -> None:
    """REV-1: an edit of an import that was confirmed meanwhile is refused."""
    with sites.storage(read_only=True) as work:
        stale = work.imports.get(import_id)
    sites.service.confirm(NEW_HEAD, import_id)
    with sites.storage() as work, pytest.raises(Exception, match="changed this"):
        work.imports.save(attrs.evolve(stale))


def test_a_confirmation_loses_against_an_edit_meanwhile(
    sites: TwoSites, import_id: ImportId
) -> None:
    """REV-1: what was read before an edit cannot be saved after it."""
    with sites.storage(read_only=True) as work:
        stale = work.imports.get(import_id)
    assert stale is not None
    sites.service.clear_match(NEW_HEAD, import_id, ONE)
    with sites.storage() as work, pytest.raises(ConcurrentChangeError):
        work.imports.save(stale)
