"""What finds pupils: kept beside each, and looked up by the matching."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Count

from schools.models import Pupil
from student_transfer.matching import BlockingKey, Term
from student_transfer.ports import Blocked
from student_transfer.sites import SiteId
from student_transfer.storing.finding import finding_of, term_number
from student_transfer.students import Student, StudentKey
from transfers.models import (
    OfPupil,
    PupilBlockingKey,
    PupilIdentifier,
    PupilTerm,
    PupilWord,
)
from transfers.transaction import Rows, chunks

_AT_ONCE = 200  # keys that are looked up by one statement
_MODELS: tuple[type[OfPupil], ...] = (
    PupilIdentifier,
    PupilWord,
    PupilBlockingKey,
    PupilTerm,
)


class PupilIndex:
    """What finds the pupils of all organisations."""

    def __init__(self, rows: Rows) -> None:
        """Work on these rows."""
        self._of = rows.of

    def enter(
        self,
        students: Iterable[tuple[Pupil, Student]],
        *,
        whatever_is_taken: bool = False,
    ) -> None:
        """Keep what finds these pupils, who had nothing.

        With ``whatever_is_taken`` an identifier stays with whoever has it.
        """
        rows: defaultdict[type[OfPupil], list[OfPupil]] = defaultdict(list)
        for pupil, student in students:
            owner = {"pupil": pupil, "organisation_id": pupil.organisation_id}
            found = finding_of(student)
            for model, values in (
                (PupilWord, found.words),
                (PupilBlockingKey, found.blocking_keys),
                (PupilTerm, found.terms),
            ):
                rows[model] += [model(**owner, value=value) for value in values]
            rows[PupilIdentifier] += [
                PupilIdentifier(**owner, kind=kind.value, value=value)
                for kind, value in found.identifiers.items()
            ]
        for kept in _MODELS:
            skip = whatever_is_taken and kept is PupilIdentifier
            self._of(kept).bulk_create(rows[kept], ignore_conflicts=skip)

    def clear(self, pupil: Pupil) -> None:
        """Forget what finds a pupil."""
        for model in _MODELS:
            self._of(model).filter(pupil=pupil).delete()

    def find(
        self, site_id: SiteId, keys: Collection[BlockingKey], limit: int
    ) -> Blocked:
        """Find the students who have any of these blocking keys."""
        found: dict[BlockingKey, frozenset[StudentKey]] = {}
        overflowing: set[BlockingKey] = set()
        wanted = sorted(set(keys))
        left = [wanted[n : n + _AT_ONCE] for n in range(0, len(wanted), _AT_ONCE)]
        while left:
            some = left.pop()
            students = self._having(site_id, some, len(some) * limit + 1)
            if sum(map(len, students.values())) > len(some) * limit and some[1:]:
                half = len(some) // 2  # somewhere is a common one
                left += [some[:half], some[half:]]
                continue
            many = {key for key, who in students.items() if len(who) > limit}
            overflowing |= many
            found |= {k: frozenset(students[k]) for k in students.keys() - many}
        return Blocked(found, frozenset(overflowing))

    def _having(
        self, site_id: SiteId, keys: Sequence[BlockingKey], limit: int
    ) -> Mapping[BlockingKey, list[StudentKey]]:
        """Return who has each of the keys, but no more than so many in all."""
        rows = self._of(PupilBlockingKey).filter(
            organisation__slug=site_id, value__in=keys
        )
        students: defaultdict[BlockingKey, list[StudentKey]] = defaultdict(list)
        for key, student in rows.values_list("value", "pupil__entry__key")[:limit]:
            students[key].append(StudentKey(student))
        return students

    def count(self, site_id: SiteId, terms: Collection[Term]) -> Mapping[Term, int]:
        """Count the students of the site who have each term; 0 is left out."""
        numbers = {term_number(term): term for term in terms}
        counts: dict[Term, int] = {}
        for some in chunks(numbers):
            rows = self._of(PupilTerm).filter(
                organisation__slug=site_id, value__in=some
            )
            for value, count in rows.values_list("value").annotate(Count("pk")):
                counts[numbers[value]] = count
        return counts
