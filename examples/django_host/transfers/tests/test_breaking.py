"""What goes wrong on a real platform, at the worst moment."""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import OperationalError, connections, transaction

from schools.models import Pupil, TestResult
from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    IllegalTransitionError,
    StorageError,
    StudentTransferError,
)
from student_transfer.imports import ImportState
from student_transfer.outcomes import Reason
from student_transfer.sites import SchoolId, SiteId
from student_transfer.storing.refusals import (
    another_student,
    entered_before,
    not_open,
    only_reads,
)
from student_transfer.students import Identifier, Student, StudentKey
from transfers.models import PupilEntry
from transfers.service import service, storage
from transfers.tests.platform import Platform

NEW = SiteId("new")
DYING = """
import os, sys
from transfers.tests import host
from transfers import transaction
from transfers.storage import PlatformStorage
from student_transfer import TransferService

location, moment, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
left = [number]

def count():
    left[0] -= 1
    if not left[0]:
        os._exit(9)

execute, commit = transaction._execute, transaction.Transaction.commit

def executing(*arguments):
    if moment == "statement":
        count()
    return execute(*arguments)

def committing(self):
    if moment == "before commit":
        count()
    commit(self)
    if moment == "after commit":
        count()

transaction._execute = executing
transaction.Transaction.commit = committing
TransferService(PlatformStorage(host.use(location))).run_due()
"""


def state_of_the_new_site(platform: Platform) -> Counter[tuple[object, ...]]:
    """Return who is on the new site, with everything that came along."""
    return Counter(
        (
            pupil.forename,
            pupil.username,
            pupil.enrolments.filter(left_on=None).count(),
            pupil.tests.count(),
            pupil.quizzes.count(),
            pupil.kept.count(),
            pupil.pupilwords.exists() and pupil.pupilterms.exists(),
        )
        for pupil in Pupil.objects.filter(organisation=platform.new)
    )


def a_class(platform: Platform) -> None:
    """Put three pupils with results into the old site, one of them in the new one."""
    for forename in ("Amina", "Bartosz", "Maya"):
        pupil = platform.pupil(
            platform.elm, forename, f"Of-{forename}", username=forename.lower()
        )
        platform.test_of(pupil, 600)
        platform.quiz_of(pupil, "Holes")
    platform.pupil(platform.fir, "Maya", "Of-Maya", username="mm")


ARRIVED = Counter(
    {
        ("Amina", "amina", 1, 1, 1, 2, True): 1,
        ("Bartosz", "bartosz", 1, 1, 1, 2, True): 1,
        ("Maya", "mm", 2, 1, 1, 2, True): 1,
    }
)


@pytest.mark.parametrize(
    ("moment", "when"),
    [
        ("statement", lambda number: 11 * number),
        ("before commit", lambda _: 2),
        ("after commit", lambda _: 1),
    ],
)
def test_workers_are_killed(
    platform: Platform, moment: str, when: Callable[[int], int]
) -> None:
    """IMP-6, IMP-7: whoever goes on brings the rest; nobody arrives by halves or twice.

    One worker after the other dies, until one comes to the end.
    """
    a_class(platform)
    started = platform.started()
    service().confirm(platform.destination, started.id)
    command = [sys.executable, "-c", DYING, platform.location, moment]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    codes: list[int] = []
    while 0 not in codes:
        asked = [*command, str(when(len(codes) + 1))]
        died = subprocess.run(asked, env=environment, check=False)
        codes.append(died.returncode)
        strange = state_of_the_new_site(platform).keys() - ARRIVED.keys()
        assert strange <= {("Maya", "mm", 1, 0, 0, 0, True)}
        assert set(codes) <= {0, 9}
    assert codes.count(9) >= 3
    assert state_of_the_new_site(platform) == ARRIVED
    [ended] = service().completed_imports(platform.destination)
    assert ended.import_.state is ImportState.COMPLETED


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """Do jobs in threads at one instant; give what each gave, or raised."""
    start = threading.Barrier(len(jobs))
    answers: list[object] = [None] * len(jobs)

    def work(number: int) -> None:
        start.wait()
        try:
            answers[number] = jobs[number]()
        except StudentTransferError as error:
            answers[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[n]) for n in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_two_confirm_at_once(any_platform: Platform) -> None:
    """One of two threads confirms; the other hears that it was done."""
    a_class(any_platform)
    for _ in range(5):
        started, who = any_platform.started(), any_platform.destination
        confirm = [lambda: service().confirm(who, started.id)] * 2  # noqa: B023 - now
        answers = at_once(*confirm)
        refused = [one for one in answers if isinstance(one, Exception)]
        assert len(refused) == 1
        assert isinstance(refused[0], IllegalTransitionError | ConcurrentChangeError)
        at_once(*[lambda: service().run_import(started.id)] * 2)  # noqa: B023 - now
    assert Pupil.objects.filter(organisation=any_platform.new).count() == 3
    assert TestResult.objects.filter(pupil__organisation=any_platform.new).count() == 3


def test_a_pupil_is_deleted_before_the_import(any_platform: Platform) -> None:
    """IMP-8, IMP-10: gone from either side is a failed row, and the others arrive."""
    a_class(any_platform)
    started = any_platform.started()
    Pupil.objects.get(organisation=any_platform.old, forename="Amina").delete()
    Pupil.objects.get(organisation=any_platform.new, forename="Maya").delete()
    service().confirm(any_platform.destination, started.id)
    service().run_import(started.id)
    with storage()(read_only=True) as work:
        rows = work.imports.rows(started.id)
        outcomes = {r.incoming.given_name: r.outcome for r in rows if r.incoming}
    reasons = {name: one.reason for name, one in outcomes.items() if one}
    assert reasons == {
        "Amina": Reason.NOT_ON_SOURCE,
        "Bartosz": None,
        "Maya": Reason.MATCH_GONE,
    }
    [arrived] = Pupil.objects.filter(organisation=any_platform.new)
    assert arrived.forename == "Bartosz"


def test_the_platforms_own_constraint(any_platform: Platform) -> None:
    """CONF-3: a user name that only the platform knows is taken fails one row alone."""
    a_class(any_platform)
    Pupil.objects.bulk_create(  # of which no signal tells
        [Pupil(organisation=any_platform.new, forename="X", username="AMINA")]
    )
    new = Student(
        key=StudentKey("n1"), site_id=NEW, user_name="amina", family_name="Byron"
    )
    with storage()() as work:
        with pytest.raises(IdentifierTakenError) as refused:
            work.roster.add(new)
        error = refused.value
        assert (error.__cause__, error.__suppress_context__) == (None, True)
        work.commit()
    assert not PupilEntry.objects.filter(key="n1").exists()
    any_platform.moved()
    here = Pupil.objects.filter(organisation=any_platform.new)
    names = here.order_by("forename").values_list("forename", "username")
    assert list(names) == [("Bartosz", "bartosz"), ("Maya", "mm"), ("X", "AMINA")]


def test_the_platform_waits_for_who_is_held(on_postgresql: Platform) -> None:
    """CONF-5: while a pupil is held the platform itself cannot add a result."""
    pupil = on_postgresql.pupil(on_postgresql.oak, "Maya", "Okafor")
    other = on_postgresql.pupil(on_postgresql.oak, "Bo", "Nowak")
    with storage()() as work:
        held = work.roster.hold(NEW, [StudentKey(str(pupil.pk))])
        assert [one.given_name for one in held.values()] == ["Maya"]
        with connections["default"].cursor() as cursor:
            cursor.execute("SET lock_timeout = 200")
        on_postgresql.test_of(other, 500)
        with pytest.raises(OperationalError, match="lock timeout"):
            on_postgresql.test_of(pupil, 500)
    on_postgresql.test_of(pupil, 500)


def test_a_commit_after_an_error_says_so(any_platform: Platform) -> None:
    """A transaction that the database has given up is not taken for committed."""
    with storage()() as work:
        work.roster.add(Student(key=StudentKey("n1"), site_id=NEW))
        with pytest.raises(StorageError):
            work.roster.holders(NEW, Identifier.EMAIL, ["\ud800"])
        with pytest.raises(StorageError):
            work.commit()
    assert not Pupil.objects.filter(organisation=any_platform.new).exists()


def test_a_wrong_use_is_told_as_by_any_storage(platform: Platform) -> None:
    """Whoever programs is told what to do, in the words of the library."""
    one, other = (Student(key=StudentKey(key), site_id=NEW) for key in ("n1", "n2"))
    work = storage()(read_only=True)

    def told(wrong: Callable[[], object], refusal: StorageError) -> None:
        with pytest.raises(type(refusal)) as refused:
            wrong()
        assert str(refused.value) == str(refusal)

    told(work.commit, not_open())
    with work:
        told(work.__enter__, entered_before())
        told(lambda: work.roster.hold(NEW), only_reads())
        told(lambda: work.roster.replace(one, other), another_student())
    assert not Pupil.objects.filter(organisation=platform.new).exists()


def test_a_request_in_a_transaction(on_postgresql: Platform) -> None:
    """What the library commits stays, whatever becomes of the request's transaction."""
    on_postgresql.pupil(on_postgresql.elm, "Maya", "Okafor")
    with transaction.atomic():
        Pupil.objects.filter(organisation=on_postgresql.new).count()
        on_postgresql.code()
        transaction.set_rollback(True)
    assert len(service().codes(on_postgresql.source)) == 1


def test_schools_of_one_code(any_platform: Platform) -> None:
    """Two organisations have a school of one code; each sees its own pupils."""
    theirs = any_platform.school(any_platform.new, "elm")
    any_platform.pupil(theirs, "Not", "Ours")
    any_platform.pupil(any_platform.elm, "Maya", "Okafor")
    with storage()(read_only=True) as work:
        for site, name in (("old", "Maya"), ("new", "Not")):
            found = work.source.enrolled(SiteId(site), SchoolId("elm"))
            assert [one.given_name for one in found] == [name]
