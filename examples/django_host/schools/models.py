"""The platform's own models, in its own words; they know nothing of transfers."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class Organisation(models.Model):
    """A customer: a trust with its schools, or one school.

    The slug never changes; addresses are made of it.
    """

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    is_trust = models.BooleanField(default=True)
    management_system = models.CharField(
        max_length=40, blank=True, help_text="Which system owns pupils, if another."
    )

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class School(models.Model):
    """A school of an organisation."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="schools"
    )
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=200)

    class Meta:
        """A code is the organisation's own."""

        constraints: ClassVar = [
            models.UniqueConstraint("organisation", "code", name="school_own_code")
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class StaffAccount(models.Model):
    """What somebody who logs in does, and where."""

    class Job(models.TextChoices):
        """The jobs that the platform knows."""

        TRUST_ADMIN = "trust_admin"
        SCHOOL_ADMIN = "school_admin"
        TEACHER = "teacher"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    job = models.CharField(max_length=20, choices=Job.choices)
    schools = models.ManyToManyField(School, blank=True)

    def __str__(self) -> str:
        """Return the user's name."""
        return str(self.user)


def _own(field: str) -> models.UniqueConstraint:
    """Let no two pupils of an organisation have one value, whatever its case."""
    return models.UniqueConstraint(
        "organisation",
        Lower(field),
        condition=~models.Q(**{field: ""}),
        name=f"pupil_own_{field}",
    )


class Pupil(models.Model):
    """A pupil of an organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    forename = models.CharField(max_length=150)
    middle_names = models.CharField(max_length=150, blank=True)
    surname = models.CharField(max_length=150)
    known_as = models.CharField(max_length=150, blank=True)
    born_on = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=20, blank=True)
    year_group = models.CharField(max_length=20, blank=True)
    upn = models.CharField("unique pupil number", max_length=40, blank=True)
    admission_number = models.CharField(max_length=100, blank=True)
    username = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)

    class Meta:
        """Three ways to name a pupil that are the pupil's own."""

        constraints: ClassVar = [
            _own("admission_number"),
            _own("username"),
            _own("email"),
        ]

    def __str__(self) -> str:
        """Name the pupil by number alone: it ends up in logs."""
        return f"Pupil {self.pk}"


class Enrolment(models.Model):
    """A pupil is, or was, at a school."""

    pupil = models.ForeignKey(
        Pupil, on_delete=models.CASCADE, related_name="enrolments"
    )
    school = models.ForeignKey(School, on_delete=models.PROTECT)
    joined_on = models.DateField(default=timezone.localdate)
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        """Nobody is at a school twice."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pupil", "school"],
                condition=models.Q(left_on=None),
                name="enrolment_once_now",
            )
        ]

    def __str__(self) -> str:
        """Name it by number."""
        return f"Enrolment {self.pk}"


class RegisterMark(models.Model):
    """Whether a pupil was there on a day; nothing that the library knows of."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="marks")
    day = models.DateField()
    mark = models.CharField(max_length=1)

    def __str__(self) -> str:
        """Name it by number."""
        return f"Mark {self.pk}"


class TestResult(models.Model):
    """The result of a reading or maths test."""

    __test__ = False  # a class of this name is no test of pytest's

    class Subject(models.TextChoices):
        """What is tested."""

        READING = "reading"
        MATHS = "maths"
        EARLY_READING = "early_reading"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="tests")
    subject = models.CharField(max_length=20, choices=Subject.choices)
    sat_at = models.DateTimeField(null=True)
    score = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    percentile = models.DecimalField(max_digits=8, decimal_places=2, null=True)

    def __str__(self) -> str:
        """Name it by number."""
        return f"Test {self.pk}"


class ReadingQuiz(models.Model):
    """The result of a quiz about a book."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="quizzes")
    number = models.CharField(max_length=40)
    book = models.CharField(max_length=300, blank=True)
    taken_on = models.DateField(null=True)
    right = models.IntegerField(null=True)
    out_of = models.IntegerField(null=True)
    points = models.DecimalField(max_digits=8, decimal_places=2, null=True)

    def __str__(self) -> str:
        """Name it by number."""
        return f"Quiz {self.pk}"
