"""Merges of duplicates, and what of the platform's own goes along with a pupil."""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Model, QuerySet

from schools.models import Enrolment, Pupil, RegisterMark
from student_transfer.errors import ConcurrentChangeError
from student_transfer.merges import Merge, MergeId
from student_transfer.sites import SiteId
from student_transfer.storing import codec
from student_transfer.students import StudentKey
from transfers.models import PupilMerge
from transfers.transaction import Transaction


class PlatformMerges:
    """The merges of duplicates; see `student_transfer.ports.MergeStore`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction
        self._kept = transaction.of(PupilMerge)

    def add(self, merge: Merge) -> None:
        """Keep a new merge, and take the pupil's marks and old schools along."""
        with self._transaction.atomic():
            self._kept.create(
                site=merge.site_id,
                merge_id=merge.id,
                survivor=merge.survivor.student.key,
                absorbed=merge.absorbed.student.key,
                merged_at=merge.merged_at,
                undone=merge.undone_at is not None,
                document=codec.MERGE.dumps(merge),
                taken_along=self._take_along(merge),
            )

    def get(self, site_id: SiteId, merge_id: MergeId) -> Merge | None:
        """Find a merge of the site."""
        return _merge(self._kept.filter(site=site_id, merge_id=merge_id).first())

    def of_site(
        self, site_id: SiteId, *, offset: int = 0, limit: int | None = None
    ) -> Sequence[Merge]:
        """Return the merges on the site, newest first, from an offset up to a limit."""
        some = self._newest_of(site_id)[offset:]
        found = map(_merge, some if limit is None else some[:limit])
        return [merge for merge in found if merge]

    def into(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Return the merges into one of these pupils that stand, newest first."""
        standing = self._newest_of(site_id).filter(undone=False)
        found = map(_merge, standing.filter(survivor__in=list(keys)))
        return [merge for merge in found if merge]

    def undone(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Return the merges that took one of these pupils off, and were undone."""
        undone = self._newest_of(site_id).filter(undone=True)
        found = map(_merge, undone.filter(absorbed__in=list(keys)))
        return [merge for merge in found if merge]

    def save(self, merge: Merge) -> None:
        """Put a merge that was undone in place of the stored one."""
        same = self._kept.filter(site=merge.site_id, merge_id=merge.id)
        row = same.first()
        undone = {"undone": True, "document": codec.MERGE.dumps(merge)}
        if row is None or not same.filter(undone=False).update(**undone):
            raise ConcurrentChangeError
        self._give_back(merge, row.taken_along)

    def survivor(self, site_id: SiteId, key: StudentKey) -> StudentKey | None:
        """Return into whom a student was merged, if that was not undone (IMP-8)."""
        merge = self.absorbing(site_id, key)
        return None if merge is None else merge.survivor.student.key

    def absorbing(self, site_id: SiteId, key: StudentKey) -> Merge | None:
        """Return the latest merge that took the student off the site and stands."""
        standing = self._newest_of(site_id).filter(absorbed=key, undone=False)
        return _merge(standing.first())

    def _newest_of(self, site_id: SiteId) -> QuerySet[PupilMerge]:
        by_id = self._transaction.by_code_point("merge_id")
        return self._kept.filter(site=site_id).order_by("-merged_at", by_id)

    def _take_along(self, merge: Merge) -> Mapping[str, list[int]]:
        """Hang on the survivor what would go with the other; say what that was."""
        gone = self._pupil(merge.site_id, merge.absorbed.student.key)
        kept = self._pupil(merge.site_id, merge.survivor.student.key)
        taken: dict[str, list[int]] = {}
        for name, rows in self._going_along().items():
            of_pupil = rows.filter(pupil=gone) if gone and kept else rows.none()
            taken[name] = list(of_pupil.values_list("pk", flat=True))
            rows.filter(pk__in=taken[name]).update(pupil=kept)
        return taken

    def _give_back(self, merge: Merge, taken: Mapping[str, list[int]]) -> None:
        back = self._pupil(merge.site_id, merge.absorbed.student.key)
        for name, rows in self._going_along().items():
            if back is not None:
                rows.filter(pk__in=taken.get(name, ())).update(pupil=back)

    def _going_along(self) -> Mapping[str, QuerySet[Model]]:
        """Return what hangs on a pupil of which the library knows nothing."""
        of = self._transaction.of
        past = of(Enrolment).exclude(left_on=None)
        return {"marks": of(RegisterMark), "past enrolments": past}

    def _pupil(self, site_id: SiteId, key: StudentKey) -> Pupil | None:
        pupils = self._transaction.of(Pupil)
        return pupils.filter(organisation__slug=site_id, entry__key=key).first()


def _merge(row: PupilMerge | None) -> Merge | None:
    return None if row is None else codec.MERGE.loads(row.document)
