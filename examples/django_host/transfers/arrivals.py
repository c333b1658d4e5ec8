"""What the matches of imports have filled in pupils, so that it can be undone."""

from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from student_transfer.errors import ConcurrentChangeError
from student_transfer.imports import ImportId
from student_transfer.parting import Arrival
from student_transfer.sites import SiteId
from student_transfer.storing import codec
from student_transfer.students import StudentKey
from transfers.models import PupilArrival
from transfers.transaction import Transaction


class PlatformArrivals:
    """The arrivals of imports; see `student_transfer.ports.ArrivalStore`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction
        self._kept = transaction.of(PupilArrival)

    def add(self, arrival: Arrival) -> None:
        """Keep a new arrival."""
        with self._transaction.atomic():
            self._kept.create(
                transfer_id=arrival.import_id,
                source_key=arrival.source_key,
                site=arrival.site_id,
                landed_on=arrival.after.key,
                arrived_at=arrival.arrived_at,
                undone=arrival.undone_at is not None,
                document=codec.ARRIVAL.dumps(arrival),
            )

    def get(self, import_id: ImportId, source_key: StudentKey) -> Arrival | None:
        """Find the arrival of a row of an import."""
        row = self._of_row(import_id, source_key).first()
        return None if row is None else codec.ARRIVAL.loads(row.document)

    def onto(self, site_id: SiteId, key: StudentKey) -> Sequence[Arrival]:
        """Return those who were merged with a student and stand, oldest first."""
        standing = self._kept.filter(site=site_id, landed_on=key, undone=False)
        names = (
            self._transaction.by_code_point(name)
            for name in ("transfer_id", "source_key")
        )
        rows = standing.order_by("arrived_at", *names)
        return [codec.ARRIVAL.loads(row.document) for row in rows]

    def parted(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[Arrival]:
        """Return those whose match with one of these pupils was undone."""
        undone = self._kept.filter(site=site_id, undone=True)
        return [
            codec.ARRIVAL.loads(row.document)
            for row in undone.filter(landed_on__in=list(keys))
        ]

    def save(self, arrival: Arrival) -> None:
        """Put an arrival in place of the stored one, which stands."""
        same = self._of_row(arrival.import_id, arrival.source_key)
        changed = same.filter(undone=False).update(
            undone=arrival.undone_at is not None,
            document=codec.ARRIVAL.dumps(arrival),
        )
        if not changed:
            raise ConcurrentChangeError

    def _of_row(
        self, import_id: ImportId, source_key: StudentKey
    ) -> QuerySet[PupilArrival]:
        return self._kept.filter(transfer=import_id, source_key=source_key)
