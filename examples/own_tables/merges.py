"""What hangs on a pupil and the library does not know, taken along by a merge."""

import sqlalchemy as sa

from own_tables import tables
from student_transfer.adapters.sql import SqlMerges
from student_transfer.merges import Merge
from student_transfer.students import Student


def id_of(student: Student) -> "sa.ScalarSelect[int]":
    """Return what looks up the number of a pupil."""
    table, trusts = tables.pupils, tables.trusts
    of_key = sa.select(table.c.id).join(trusts).where(table.c.key == student.key)
    return of_key.where(trusts.c.slug == student.site_id).scalar_subquery()


class OurMerges(SqlMerges):
    """The library's store of merges, which takes our reading logs along."""

    def add(self, merge: Merge) -> None:
        """Keep a new merge; the absorbed pupil's logs become the survivor's."""
        super().add(merge)
        logs, moved = tables.reading_logs, tables.moved_logs
        absorbed = logs.c.pupil_id == id_of(merge.absorbed.student)
        these = sa.select(sa.literal(merge.id), logs.c.id).where(absorbed)
        noted = sa.insert(moved).from_select(["merge_id", "log_id"], these)
        self._transaction.write(noted)
        survivor = id_of(merge.survivor.student)
        self._transaction.write(
            sa.update(logs).where(absorbed).values(pupil_id=survivor)
        )

    def save(self, merge: Merge) -> None:
        """Keep that a merge was undone; the logs that it took along go back."""
        super().save(merge)
        logs, moved = tables.reading_logs, tables.moved_logs
        these = sa.select(moved.c.log_id).where(moved.c.merge_id == merge.id)
        back = sa.update(logs).where(logs.c.id.in_(these))
        absorbed = id_of(merge.absorbed.student)
        self._transaction.write(back.values(pupil_id=absorbed))
