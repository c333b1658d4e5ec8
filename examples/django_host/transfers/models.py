"""What the library needs to have kept beside the platform's own models.

What is looked for is a column; what is only given back is a document in JSON, which
`student_transfer.storing.codec` writes and reads.
"""

from typing import ClassVar

from django.db import models

from schools.models import Organisation, Pupil, ReadingQuiz, TestResult

KEY = 64  # characters of the library's ids


class PupilEntry(models.Model):
    """What the library knows of a pupil and the platform has no place for."""

    pupil = models.OneToOneField(
        Pupil, on_delete=models.CASCADE, primary_key=True, related_name="entry"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    key = models.CharField(max_length=255)
    provenance = models.TextField()
    extra = models.TextField()

    class Meta:
        """A key names one pupil."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "key"], name="pupil_entry_key"
            )
        ]

    def __str__(self) -> str:
        """Name it by the pupil's number."""
        return f"Entry of pupil {self.pk}"


class OfPupil(models.Model):
    """What finds a pupil; gone with the pupil."""

    pupil = models.ForeignKey(
        Pupil, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, db_index=False
    )

    class Meta:
        """It has no table itself."""

        abstract = True

    def __str__(self) -> str:
        """Name it by number."""
        return f"{type(self).__name__} {self.pk}"


class PupilIdentifier(OfPupil):
    """An identifier as it is compared: unique in the organisation (CONF-3)."""

    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=255)

    class Meta:
        """It has one holder."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "value"],
                name="pupil_own_identifier",
            )
        ]


class PupilWord(OfPupil):
    """A word of a pupil's names, by whose beginning the pupil is found."""

    value = models.CharField(max_length=100)

    class Meta:
        """Found by how it begins, on PostgreSQL whatever its collation."""

        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "value"],
                name="pupil_word",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            )
        ]


class PupilBlockingKey(OfPupil):
    """A number that pupils have in common who may be one child."""

    value = models.BigIntegerField()

    class Meta:
        """Found by site and number."""

        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "value", "pupil"], name="pupil_blocking_key"
            )
        ]


class PupilTerm(OfPupil):
    """A value of a pupil whose rarity counts, as a number."""

    value = models.BigIntegerField()

    class Meta:
        """Counted by site and number."""

        indexes: ClassVar = [
            models.Index(fields=["organisation", "value"], name="pupil_term")
        ]


class KeptRecord(models.Model):
    """A record with its origin (IMP-5), and with all that a result has no column for.

    It belongs to a test, to a quiz, or to neither: mastery has no model here.
    """

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="kept")
    origin_site = models.CharField(max_length=255)
    origin_id = models.CharField(max_length=255)
    document = models.TextField()
    test = models.OneToOneField(
        TestResult, on_delete=models.CASCADE, null=True, related_name="kept"
    )
    quiz = models.OneToOneField(
        ReadingQuiz, on_delete=models.CASCADE, null=True, related_name="kept"
    )

    class Meta:
        """So a record is never doubled."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pupil", "origin_site", "origin_id"], name="record_once"
            )
        ]

    def __str__(self) -> str:
        """Name it by number."""
        return f"Record {self.pk}"


class TransferCode(models.Model):
    """A transfer code that was generated; never the code itself."""

    id = models.CharField(max_length=KEY, primary_key=True)
    digest = models.CharField(max_length=128, unique=True)
    site = models.CharField(max_length=64, db_index=True)
    generated_at = models.DateTimeField()
    state = models.CharField(max_length=20)
    holder = models.CharField(max_length=KEY, null=True)  # noqa: DJ001 - or nobody
    document = models.TextField()

    def __str__(self) -> str:
        """Name it by its id."""
        return f"Code {self.pk}"


class TransferImport(models.Model):
    """An import with its progress."""

    id = models.CharField(max_length=KEY, primary_key=True)
    site = models.CharField(max_length=64, db_index=True)
    code_id = models.CharField(max_length=KEY)
    started_at = models.DateTimeField()
    state = models.CharField(max_length=20, db_index=True)
    version = models.IntegerField()
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    document = models.TextField()

    class Meta:
        """A code has one import, until that one is cancelled (CODE-7)."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code_id"],
                condition=~models.Q(state="cancelled"),
                name="import_holds_code",
            )
        ]

    def __str__(self) -> str:
        """Name it by its id."""
        return f"Import {self.pk}"


class IncomingPupil(models.Model):
    """A row of an import."""

    transfer = models.ForeignKey(
        TransferImport, on_delete=models.CASCADE, related_name="rows"
    )
    source_key = models.CharField(max_length=255)
    done = models.BooleanField()
    match = models.CharField(max_length=255, null=True)  # noqa: DJ001 - or nobody
    became = models.CharField(max_length=255, null=True)  # noqa: DJ001 - or nobody
    kind = models.CharField(max_length=255)
    document = models.TextField()

    class Meta:
        """One row a pupil; whom a pupil of the school is taken by is looked up."""

        indexes: ClassVar = [
            models.Index(fields=["transfer", "match"], name="incoming_of_match"),
            models.Index(fields=["transfer", "became"], name="incoming_became"),
            models.Index(fields=["transfer", "kind"], name="incoming_of_kind"),
        ]

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["transfer", "source_key"], name="incoming_once"
            )
        ]

    def __str__(self) -> str:
        """Name it by number."""
        return f"Incoming pupil {self.pk}"


class ReviewEdit(models.Model):
    """What a person decided about an incoming pupil; in the order of the numbers."""

    transfer = models.ForeignKey(
        TransferImport, on_delete=models.CASCADE, related_name="edits"
    )
    document = models.TextField()

    def __str__(self) -> str:
        """Name it by number."""
        return f"Edit {self.pk}"


class PupilMerge(models.Model):
    """A merge of two pupils, and which other rows it took to the survivor."""

    site = models.CharField(max_length=64)
    merge_id = models.CharField(max_length=KEY)
    survivor = models.CharField(max_length=255)
    absorbed = models.CharField(max_length=255)
    merged_at = models.DateTimeField()
    undone = models.BooleanField()
    document = models.TextField()
    taken_along = models.JSONField(default=dict)

    class Meta:
        """Found by site."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "merge_id"], name="merge_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["site", "absorbed"], name="merge_of_absorbed"),
            models.Index(fields=["site", "survivor"], name="merge_of_survivor"),
        ]

    def __str__(self) -> str:
        """Name it by its id."""
        return f"Merge {self.merge_id}"


class PupilArrival(models.Model):
    """What the match of an incoming pupil has filled in one of the organisation."""

    transfer = models.ForeignKey(
        TransferImport, on_delete=models.CASCADE, related_name="arrivals"
    )
    source_key = models.CharField(max_length=255)
    site = models.CharField(max_length=64)
    landed_on = models.CharField(max_length=255)
    arrived_at = models.DateTimeField()
    undone = models.BooleanField()
    document = models.TextField()

    class Meta:
        """One an incoming pupil, found by whom it was merged with."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["transfer", "source_key"], name="arrival_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["site", "landed_on"], name="arrival_onto")
        ]

    def __str__(self) -> str:
        """Name it by number."""
        return f"Arrival {self.pk}"
