"""The records of a load: whose each is, and what becomes of it (IMP-5, MATCH-1)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet

import attrs

from student_transfer.errors import StorageError
from student_transfer.formats.reading import RecordRow, Token
from student_transfer.formats.two_children import ANOTHER_CHILD, contradicts
from student_transfer.loading.changes import is_same_result
from student_transfer.loading.findings import LoadedStudents, RowFindings
from student_transfer.loading.references import Found
from student_transfer.loading.storages import LoadingUnitOfWork
from student_transfer.records import Origin, Record
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

_UNKNOWN = "the student is not on the site: load a roster or the overall export first"
_REFUSED = "the student's row could not be loaded, so this record was not either"
_WITHHELD = (
    "a student of these files was loaded without the identifier that is given here: it "
    "may be either student's, so this record was not loaded"
)
_ANOTHERS = (
    "this record is another student's on the site, and stays there: if it is not, name "
    "the right one by key"
)
_ANOTHER_RESULT = (
    "another result is on the site under this record's id, and stays: give this one an "
    "id of its own (RecordID, AssessmentID)"
)
_NOT_KEPT = "the site's storage could not keep the record"


@attrs.define
class RecordLoad:
    """The records of one load in progress.

    Attributes:
        work: The transaction of the load, in which the students are already.
        site_id: The site.
        loaded: What became of the students' rows.
        findings: What is wrong is added here.
        became: How many records were added, changed and left as they were.
    """

    work: LoadingUnitOfWork
    site_id: SiteId
    loaded: LoadedStudents
    findings: RowFindings
    became: Counter[str] = attrs.field(factory=Counter)

    def load(self, record_rows: Sequence[RecordRow], found: Found) -> None:
        """Write each record to the student whose it is, or say why it is nobody's.

        Args:
            record_rows: The records of the files.
            found: Whom they may name on the site.
        """
        rows: dict[StudentKey, list[RecordRow]] = defaultdict(list)
        for row in record_rows:
            student = self._student(row, found)
            if isinstance(student, Student):
                rows[student.key].append(row)
            else:
                self.findings.row_problem(row, student)
        every = [row.record.origin for of_one in rows.values() for row in of_one]
        holders = self.work.roster.record_holders(self.site_id, every)
        for key, of_student in rows.items():
            own = self._own(key, of_student, holders)
            kept = self._write_records(key, own)
            self._move(key, {one: holders.get(one, frozenset()) for one in kept})

    def _own(
        self,
        key: StudentKey,
        rows: Sequence[RecordRow],
        holders: Mapping[Origin, Collection[StudentKey]],
    ) -> list[RecordRow]:
        """Return the rows whose records are no other student's; report the others."""
        there: dict[StudentKey, dict[Origin, Record]] = {}
        own = []
        for row in rows:
            origin = row.record.origin
            has = holders.get(origin, frozenset({key}))
            others = [] if key in has else sorted(has)
            if others and key not in row.reference.keys:
                self.findings.row_problem(row, _ANOTHERS)
                continue
            there |= {one: self._there(one) for one in others if one not in there}
            theirs = (there[one].get(origin, row.record) for one in others)
            if all(
                is_same_result(before, row.record, of_one_child=False)
                for before in theirs
            ):
                own.append(row)
            else:
                self.findings.row_problem(row, _ANOTHER_RESULT)
        return own

    def _there(self, key: StudentKey) -> dict[Origin, Record]:
        records = self.work.roster.records(self.site_id, key)
        return {record.origin: record for record in records}

    def _student(self, row: RecordRow, found: Found) -> Student | str:
        """Return whose a record is; a text where that is not certain (MATCH-1)."""
        named = set(row.reference.tokens())
        accepted = self.loaded.accepted.get(row.reference)
        if not self.loaded.refused.isdisjoint(named):
            return _REFUSED
        if accepted is not None:
            student: Student | str | None = accepted.after
        elif self._is_withheld(named, found):
            return _WITHHELD
        else:
            student = found.student(row.reference, row.said)
        if (
            isinstance(student, Student)
            and row.said is not None
            and contradicts(student, row.said)
        ):
            return ANOTHER_CHILD
        return student or _UNKNOWN

    def _is_withheld(self, named: AbstractSet[Token], found: Found) -> bool:
        """Return whether nothing but an identifier that was refused names somebody."""
        others = (token in found.students for token in named - self.loaded.withheld)
        return not self.loaded.withheld.isdisjoint(named) and not any(others)

    def _move(
        self, key: StudentKey, holders: Mapping[Origin, Collection[StudentKey]]
    ) -> None:
        """Take records off others, now that the files say by key whose they are."""
        for origin, keys in holders.items():
            if key in keys:
                continue
            for other in keys:
                self.work.roster.remove_records(self.site_id, other, [origin])
                message = "some records went to the student whom the files name by key"
                self.findings.note("the site", message)

    def _write_records(
        self, key: StudentKey, rows: Sequence[RecordRow]
    ) -> AbstractSet[Origin]:
        """Write what is different; give the records that were written and are kept."""
        roster = self.work.roster
        there = self._there(key)
        wanted = dict[Origin, RecordRow]()
        for row in rows:
            record = row.record
            before = there.get(record.origin, record)
            if is_same_result(before, record, of_one_child=True):
                wanted[record.origin] = row
            else:
                self.findings.row_problem(row, _ANOTHER_RESULT)
        fresh = [one for one in wanted if one not in there]
        changed = [
            one for one in wanted if one in there and there[one] != wanted[one].record
        ]
        roster.remove_records(self.site_id, key, changed)
        writing = [wanted[one].record for one in (*fresh, *changed)]
        kept = roster.add_records(self.site_id, key, writing)
        self._put_back(key, [there[one] for one in changed if one not in kept])
        for record in writing:
            if record.origin not in kept:
                self.findings.row_problem(wanted[record.origin], _NOT_KEPT)
        tally = self.became
        tally["added"] += len(kept.intersection(fresh))
        tally["changed"] += len(kept.intersection(changed))
        tally["unchanged"] += len(wanted) - len(writing)
        return kept

    def _put_back(self, key: StudentKey, records: Sequence[Record]) -> None:
        """Keep the records whose corrections the site does not keep.

        Raises:
            StorageError: The site does not keep them any more, either.
        """
        if not records:
            return
        kept = self.work.roster.add_records(self.site_id, key, records)
        if any(record.origin not in kept for record in records):
            raise StorageError(
                "A record cannot be put back as it was.",
                advice="Nothing of the files was loaded. Say so to whoever runs it.",
            )
