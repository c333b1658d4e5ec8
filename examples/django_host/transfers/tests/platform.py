"""Two organisations in the platform's own models, and short ways to use them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections

from schools.models import (
    Enrolment,
    Organisation,
    Pupil,
    ReadingQuiz,
    School,
    StaffAccount,
    TestResult,
)
from student_transfer import Actor, YearScope
from student_transfer.imports import Import
from student_transfer.sites import SchoolId
from transfers.service import actor_of, service, storage
from transfers.tests.host import use

MAY = datetime(2026, 5, 12, 9, 30, tzinfo=UTC)


class Platform:
    """The trust ``old`` with the school elm, and ``new`` with oak and fir."""

    def __init__(self, location: str) -> None:
        """Put them into the platform, with an administrator each."""
        self.location = location
        self.old = Organisation.objects.create(slug="old", name="The old trust")
        self.new = Organisation.objects.create(slug="new", name="The new trust")
        self.elm = self.school(self.old, "elm")
        self.oak = self.school(self.new, "oak")
        self.fir = self.school(self.new, "fir")
        self.old_head = self.staff("head@old", self.old)
        self.new_head = self.staff("head@new", self.new)

    def school(self, organisation: Organisation, code: str) -> School:
        """Return an organisation a school."""
        return School.objects.create(
            organisation=organisation, code=code, name=f"{code.title()} Primary"
        )

    def staff(
        self,
        name: str,
        organisation: Organisation,
        job: StaffAccount.Job = StaffAccount.Job.TRUST_ADMIN,
        *schools: School,
    ) -> StaffAccount:
        """Let somebody work at an organisation; the password is the name."""
        user = User.objects.create_user(name, password=name)
        account = StaffAccount.objects.create(
            user=user, organisation=organisation, job=job
        )
        account.schools.set(schools)
        return account

    def pupil(
        self, school: School, forename: str, surname: str, **fields: Any
    ) -> Pupil:
        """Enrol a pupil in Year 6 of a school, as the platform does."""
        values = {"born_on": date(2015, 3, 9), "year_group": "6", **fields}
        pupil = Pupil.objects.create(
            organisation=school.organisation,
            forename=forename,
            surname=surname,
            **values,
        )
        Enrolment.objects.create(pupil=pupil, school=school)
        return pupil

    def test_of(self, pupil: Pupil, score: int) -> TestResult:
        """Write the result of a reading test."""
        return TestResult.objects.create(
            pupil=pupil,
            subject=TestResult.Subject.READING,
            sat_at=MAY,
            score=Decimal(score),
        )

    def quiz_of(self, pupil: Pupil, book: str) -> ReadingQuiz:
        """Write the result of a quiz."""
        return ReadingQuiz.objects.create(
            pupil=pupil,
            number="101",
            book=book,
            taken_on=MAY.date(),
            right=9,
            out_of=10,
        )

    @property
    def source(self) -> Actor:
        """The administrator of the old trust."""
        return actor_of(self.old_head)

    @property
    def destination(self) -> Actor:
        """The administrator of the new trust."""
        return actor_of(self.new_head)

    def code(self) -> str:
        """Generate a code for Year 6 of elm."""
        scope = YearScope(SchoolId("elm"), "6")
        return service().generate_code(self.source, scope).code.reveal()

    def started(self) -> Import:
        """Start an import of Year 6 of elm into oak, and analyse it."""
        started = service().start_import(self.destination, self.code(), SchoolId("oak"))
        service().analyse(started.id)
        return started

    def moved(self) -> Import:
        """Move Year 6 of elm to oak, as the matching decides."""
        started = self.started()
        service().confirm(self.destination, started.id)
        return service().run_import(started.id)


@contextmanager
def at_location(location: str) -> Iterator[None]:
    """Let the project's own database be the one at a location."""
    settings = connections.settings[use(location)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connections.settings, "default", settings)
        _forget()
        yield
        _forget()


def _forget() -> None:
    connections["default"].close()
    del connections["default"]
    storage().close()
    for cached in (storage, service):
        cached.cache_clear()
