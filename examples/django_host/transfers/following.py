"""The library's view of a pupil follows what the platform does with the pupil.

The platform saves pupils in its own ways and knows nothing of transfers. What it saves
by ``save`` is followed at once; what it writes by ``bulk_create`` or ``update``, which
send no signal, is followed by the command ``index_pupils``.
"""

from collections.abc import Iterable

from django.db.models.signals import post_save
from django.db.transaction import atomic

from schools.models import Pupil
from student_transfer.sites import SiteId
from transfers.index import PupilIndex
from transfers.models import PupilEntry
from transfers.pupils import NOTHING_KNOWN, student_of
from transfers.transaction import Rows


def listen() -> None:
    """Follow every pupil whom the platform saves from now on."""
    post_save.connect(_saved, sender=Pupil, dispatch_uid="transfers follow pupils")


def _saved(*, instance: Pupil, using: str, raw: bool, **_: object) -> None:
    if not raw:  # a fixture may come before what it refers to
        follow([instance], using)


def follow(pupils: Iterable[Pupil], using: str) -> int:
    """Write anew what finds these pupils; say how many there were.

    An identifier that another pupil has, in the form in which the library compares
    them, stays that pupil's: the platform may save what it may save.
    """
    rows, count = Rows(using), 0
    index = PupilIndex(rows)
    for count, pupil in enumerate(pupils, 1):  # noqa: B007 - given at the end
        with atomic(using):
            entry, _ = rows.of(PupilEntry).get_or_create(
                pupil=pupil,
                defaults={
                    "organisation_id": pupil.organisation_id,
                    "key": str(pupil.pk),
                    **NOTHING_KNOWN,
                },
            )
            entry.pupil = pupil
            index.clear(pupil)
            student = student_of(entry, SiteId(pupil.organisation.slug))
            index.enter([(pupil, student)], whatever_is_taken=True)
    return count
