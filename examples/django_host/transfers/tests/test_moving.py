"""A year moves from one organisation to another, as the platform sees it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from schools.models import Enrolment, Pupil, RegisterMark
from student_transfer.codes import StudentScope
from student_transfer.import_log import SourceImportStatus
from student_transfer.records import Mastery, MasteryKind, Origin, StarAssessment
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import StudentKey
from transfers.models import PupilBlockingKey
from transfers.service import service, storage
from transfers.tests.platform import Platform


def key_of(pupil: Pupil) -> StudentKey:
    """Return the key by which the library knows a pupil."""
    pupil.refresh_from_db()
    return StudentKey(pupil.entry.key)


def schools_of(pupil: Pupil) -> set[str]:
    """Return the codes of the schools where a pupil is now."""
    now = Enrolment.objects.filter(pupil=pupil, left_on=None)
    return set(now.values_list("school__code", flat=True))


def test_a_year_moves(platform: Platform) -> None:
    """One pupil is merged, one is new with another username, and the log says so."""
    maya = platform.pupil(platform.elm, "Maya", "Okafor-Lee", username="mlee")
    platform.test_of(maya, 612)
    here = platform.pupil(platform.fir, "Maya", "Okafor", username="mokafor")
    own = platform.test_of(here, 580)
    bo = platform.pupil(
        platform.elm, "Bo", "Nowak", username="bnowak", born_on=date(2014, 11, 2)
    )
    platform.quiz_of(bo, "Skellig")
    platform.pupil(
        platform.fir, "Bela", "Nowak", username="BNowak", born_on=date(2013, 1, 5)
    )

    ended = platform.moved()

    here.refresh_from_db()
    assert (here.surname, here.username) == ("Okafor", "mokafor")
    assert schools_of(here) == {"oak", "fir"}
    scores = here.tests.order_by("pk").values_list("score", flat=True)
    assert list(scores) == [own.score, Decimal(612)]
    arrived = Pupil.objects.get(organisation=platform.new, forename="Bo")
    assert (arrived.username, arrived.born_on) == ("bnowak1", bo.born_on)
    assert schools_of(arrived) == {"oak"}
    assert arrived.quizzes.get().book == "Skellig"
    assert Pupil.objects.filter(organisation=platform.old).count() == 2
    assert maya.tests.count() == bo.quizzes.count() == 1

    log = service().import_log(platform.destination, ended.id)
    assert [(row.first_name, row.source_import_status) for row in log] == [
        ("Bo", SourceImportStatus.CHANGES),
        ("Maya", SourceImportStatus.CHANGES),
    ]
    assert log[0].destination_user_name == "bnowak1"


def test_a_record_that_comes_back_is_recognised(platform: Platform) -> None:
    """IMP-5: what came from the platform's own results is not doubled on its return."""
    maya = platform.pupil(platform.elm, "Maya", "Okafor")
    platform.test_of(maya, 612)
    platform.moved()
    there = Pupil.objects.get(organisation=platform.new)
    platform.quiz_of(there, "Holes")
    scope = StudentScope(SchoolId("oak"), key_of(there))
    code = service().generate_code(platform.destination, scope).code.reveal()
    back = service().start_import(platform.source, code, SchoolId("elm"))
    service().run_due()
    service().confirm(platform.source, back.id)
    service().run_due()
    assert Pupil.objects.get(organisation=platform.old) == maya
    assert maya.tests.count() == 1
    assert maya.quizzes.get().book == "Holes"


def test_a_corrected_score_comes_along(platform: Platform) -> None:
    """What the platform has a column for is what the platform says now."""
    maya = platform.pupil(platform.elm, "Maya", "Okafor")
    platform.test_of(maya, 612)
    platform.moved()
    there = Pupil.objects.get(organisation=platform.new)
    there.tests.update(score=Decimal("615.50"))
    with storage()(read_only=True) as work:
        [record] = work.source.records(SiteId("new"), key_of(there))
    assert isinstance(record, StarAssessment)
    assert record.scaled_score == Decimal("615.50")
    assert record.origin.site_id == "old"


def test_what_the_platform_saves_is_found(platform: Platform) -> None:
    """A pupil who is renamed is matched by the new name; one who is deleted is not."""
    platform.pupil(platform.elm, "Maya", "Okafor", upn="A801200001001")
    here = platform.pupil(platform.fir, "Someone", "Else", born_on=None)
    here.forename, here.surname, here.born_on = "Maya", "Okafor", date(2015, 3, 9)
    here.save()
    preview = service().preview(platform.destination, platform.started().id)
    assert (preview.matched, preview.new) == (1, 0)
    here.delete()
    assert not PupilBlockingKey.objects.filter(organisation=platform.new).exists()


def test_pupils_from_before_are_indexed(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pupils whom no signal told of are found after ``index_pupils``."""
    Pupil.objects.bulk_create(
        Pupil(organisation=platform.old, forename=f"Pupil {n}", surname="Okafor")
        for n in range(3)
    )
    with storage()(read_only=True) as work:
        assert not work.roster.size(SiteId("old"))
    call_command("index_pupils")
    assert capsys.readouterr().out == "3 pupils can be found.\n"
    with storage()(read_only=True) as work:
        found = work.roster.search(SiteId("old"), ["okafor"], 9)
    assert [one.given_name for one in found] == ["Pupil 0", "Pupil 1", "Pupil 2"]


def test_a_merge_takes_along_what_is_the_platforms_own(platform: Platform) -> None:
    """Marks and old schools go to the survivor, and come back when it is undone."""
    stays = platform.pupil(platform.oak, "Maya", "Okafor")
    goes = platform.pupil(platform.oak, "Maya", "Okafor-Lee")
    RegisterMark.objects.create(pupil=goes, day=date(2026, 5, 4), mark="/")
    Enrolment.objects.create(pupil=goes, school=platform.fir, left_on=date(2025, 7, 21))
    merge = service().merge_students(platform.destination, key_of(stays), key_of(goes))
    assert Pupil.objects.filter(organisation=platform.new).get() == stays
    assert stays.marks.get().mark == "/"
    assert stays.enrolments.exclude(left_on=None).get().school == platform.fir

    service().undo_merge(platform.destination, merge.id)
    back = Pupil.objects.get(surname="Okafor-Lee")
    assert (back.marks.count(), stays.marks.count()) == (1, 0)
    assert back.enrolments.exclude(left_on=None).count() == 1
    assert key_of(back) == StudentKey(str(goes.pk))


def test_a_wrong_match_is_undone(platform: Platform) -> None:
    """The pupil who came gets a row of their own, and the platform's own stays."""
    maya = platform.pupil(platform.elm, "Maya", "Okafor", upn="A801200001001")
    platform.test_of(maya, 612)
    here = platform.pupil(platform.fir, "Maya", "Okafor")
    own = platform.test_of(here, 580)
    RegisterMark.objects.create(pupil=here, day=date(2026, 5, 4), mark="/")
    moved = platform.moved()
    here.refresh_from_db()
    assert (here.upn, here.tests.count()) == ("A801200001001", 2)

    service().undo_match(platform.destination, moved.id, key_of(maya))
    here.refresh_from_db()
    assert (here.upn, here.tests.get(), here.marks.count()) == ("", own, 1)
    assert schools_of(here) == {"fir"}
    goes = Pupil.objects.get(organisation=platform.new, upn="A801200001001")
    assert goes.tests.get().score == Decimal(612)
    assert (schools_of(goes), goes.marks.count()) == ({"oak"}, 0)


def test_mastery_travels_though_the_platform_has_no_model(platform: Platform) -> None:
    """A record without a model of the platform is kept whole."""
    maya = platform.pupil(platform.elm, "Maya", "Okafor")
    mastery = Mastery(
        origin=Origin(SiteId("other"), "m1"), kind=MasteryKind.SKILL, name="Inference"
    )
    with storage()() as work:
        work.roster.add_records(SiteId("old"), key_of(maya), [mastery])
        work.commit()
    platform.moved()
    there = Pupil.objects.get(organisation=platform.new)
    with storage()(read_only=True) as work:
        assert list(work.source.records(SiteId("new"), key_of(there))) == [mastery]


def test_migrations_are_complete() -> None:
    """No model has changed since its migration was written."""
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
