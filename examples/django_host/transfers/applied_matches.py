"""What the matches of imports have filled in pupils, so that it can be undone."""

from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from student_transfer.errors import ConcurrentChangeError
from student_transfer.imports import ImportId
from student_transfer.match_undo import AppliedMatch
from student_transfer.sites import SiteId
from student_transfer.storing import codec
from student_transfer.students import StudentKey
from transfers.models import PupilArrival
from transfers.transaction import Transaction


class PlatformAppliedMatches:
    """What matches have filled; see `student_transfer.ports.AppliedMatchStore`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction
        self._kept = transaction.of(PupilArrival)

    def add(self, applied_match: AppliedMatch) -> None:
        """Keep a new applied match."""
        with self._transaction.atomic():
            self._kept.create(
                transfer_id=applied_match.import_id,
                source_key=applied_match.source_key,
                site=applied_match.site_id,
                landed_on=applied_match.after.key,
                arrived_at=applied_match.arrived_at,
                undone=applied_match.undone_at is not None,
                document=codec.APPLIED_MATCH.dumps(applied_match),
            )

    def get(self, import_id: ImportId, source_key: StudentKey) -> AppliedMatch | None:
        """Find the applied match of a row of an import."""
        row = self._of_row(import_id, source_key).first()
        return None if row is None else codec.APPLIED_MATCH.loads(row.document)

    def standing_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return the matches with these pupils that stand, oldest first."""
        standing = self._with(site_id, keys).filter(undone=False)
        names = (
            self._transaction.by_code_point(name)
            for name in ("transfer_id", "source_key")
        )
        rows = standing.order_by("arrived_at", *names)
        return [codec.APPLIED_MATCH.loads(row.document) for row in rows]

    def undone_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return the matches with one of these pupils that were undone."""
        undone = self._with(site_id, keys).filter(undone=True)
        return [codec.APPLIED_MATCH.loads(row.document) for row in undone]

    def _with(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> QuerySet[PupilArrival]:
        return self._kept.filter(site=site_id, landed_on__in=list(keys))

    def save(self, applied_match: AppliedMatch) -> None:
        """Put an applied match in place of the stored one, which stands."""
        same = self._of_row(applied_match.import_id, applied_match.source_key)
        changed = same.filter(undone=False).update(
            undone=applied_match.undone_at is not None,
            document=codec.APPLIED_MATCH.dumps(applied_match),
        )
        if not changed:
            raise ConcurrentChangeError

    def _of_row(
        self, import_id: ImportId, source_key: StudentKey
    ) -> QuerySet[PupilArrival]:
        return self._kept.filter(transfer=import_id, source_key=source_key)
