"""Invent two trusts to try the pages with, and a code from one to the other."""

from datetime import date

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.crypto import get_random_string

from schools.models import Enrolment, Organisation, Pupil, School, StaffAccount
from student_transfer import YearScope
from student_transfer.sites import SchoolId
from transfers.service import actor_of, service

PUPILS = {
    "old": (
        ("Maya", "Okafor-Lee", date(2015, 3, 9)),
        ("Bo", "Nowak", date(2014, 11, 2)),
    ),
    "new": (("Maya", "Okafor", date(2015, 3, 9)),),
}


class Command(BaseCommand):
    """``manage.py invent_trusts``."""

    help = "Invent two trusts; prints how to log in, and a transfer code."

    def handle(self, *_: object, **__: object) -> None:
        """Fill an empty platform.

        Raises:
            CommandError: The platform is in use.
        """
        if Organisation.objects.exists():
            raise CommandError("There are organisations; this is for an empty one.")
        source = self._trust("old", "elm")
        self._trust("new", "oak")
        scope = YearScope(SchoolId("elm"), "6")
        code = service().generate_code(actor_of(source), scope).code.reveal()
        self.stdout.write(f"The new trust enters {code} at /transfers/enter/.")

    def _trust(self, slug: str, school: str) -> StaffAccount:
        trust = Organisation.objects.create(slug=slug, name=f"The {slug} trust")
        at = School.objects.create(
            organisation=trust, code=school, name=f"{school.title()} Primary"
        )
        for forename, surname, born_on in PUPILS[slug]:
            pupil = Pupil.objects.create(
                organisation=trust,
                forename=forename,
                surname=surname,
                born_on=born_on,
                year_group="6",
            )
            Enrolment.objects.create(pupil=pupil, school=at)
        password = get_random_string(12)
        user = get_user_model().objects.create_user(f"head-{slug}", password=password)
        self.stdout.write(f"Log in as {user.get_username()}, password {password}")
        return StaffAccount.objects.create(
            user=user, organisation=trust, job=StaffAccount.Job.TRUST_ADMIN
        )
