"""One load: schools, then students, then records, in one unit of work."""

from collections import Counter
from collections.abc import Collection, Sequence

import attrs

from student_transfer.errors import InputFileError, NotFoundError, StorageError
from student_transfer.formats.findings import Note, Problem, summed_up
from student_transfer.formats.reading import Reading, RecordRow, StudentRow
from student_transfer.formats.two_children import ANOTHER_CHILD, contradicts
from student_transfer.loading.changes import (
    Plan,
    decides,
    is_older_than,
    same_school,
    school_after,
    settle,
    student_after,
)
from student_transfer.loading.findings import LoadedStudents, RowFindings
from student_transfer.loading.record_rows import RecordLoad
from student_transfer.loading.references import Found, find
from student_transfer.loading.storages import (
    LoadingUnitOfWork,
    LoadingUnitOfWorkFactory,
)
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import (
    Identifier,
    Student,
    StudentKey,
    identifier_key,
)


@attrs.frozen
class Tally:
    """How many of one kind of thing were added, changed and left as they were."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@attrs.frozen(kw_only=True)
class LoadReport:
    """What a load did.

    Attributes:
        schools: The schools of the files.
        students: The students of the files.
        records: The records of the files.
        problems: What is wrong in the files, and what did not fit the site.
        notes: What is worth knowing.
    """

    schools: Tally
    students: Tally
    records: Tally
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()

    def counts(self) -> dict[str, int]:
        """Return every count by name, for showing.

        >>> LoadReport(schools=Tally(1), students=Tally(), records=Tally()).counts()[
        ...     "schools added"]
        1
        """
        return {
            f"{what} {outcome}": count
            for what in ("schools", "students", "records")
            for outcome, count in attrs.asdict(getattr(self, what)).items()
        }


def load(
    unit_of_work: LoadingUnitOfWorkFactory,
    site_id: SiteId,
    reading: Reading,
    *,
    strict: bool = False,
) -> LoadReport:
    """Write a reading to a site that exists; all of it or, on an error, nothing.

    Args:
        unit_of_work: Opens the transaction.
        site_id: The site that the reading was made for.
        reading: What was read.
        strict: Load nothing if anything is a problem. Notes are none, such as on dates
            of which nothing tells day from month.

    Raises:
        NotFoundError: There is no such site.
        InputFileError: ``strict``, and there are problems; it lists them, and of very
            many of one kind the first. Or the files were read for another site.
        StorageError: What the storage says, or it is none to load into: it has no
            `LoadingUnitOfWork`. Nothing was changed.
    """
    with unit_of_work() as work:
        _check_can_load(work)
        if work.sites.site(site_id) is None:
            raise NotFoundError.of_site()
        if not _is_of(reading, site_id):
            raise InputFileError(
                "The files were read for another site than this one.",
                advice="Read them for this site: formats.read(files, site_id).",
                rule="PERM-3",
            )
        report = _Load(work, site_id, reading).run()
        if strict and report.problems:
            count = f"{len(report.problems):,}"
            message = f"Nothing was loaded: {count} problems in the files."
            raise InputFileError(message, [*summed_up(report.problems)])
        work.commit()
    return report


def _check_can_load(work: LoadingUnitOfWork) -> None:
    """Refuse a storage that has only what the use cases need.

    Raises:
        StorageError: It names what is missing.
    """
    needed = (
        ("sites.put_school", work.sites, "put_school"),
        ("roster.record_holders", work.roster, "record_holders"),
    )
    missing = [name for name, store, method in needed if not hasattr(store, method)]
    if missing:
        told = " and ".join(missing)
        raise StorageError(
            f"Files cannot be loaded into this storage: it lacks {told}.",
            advice="Nothing was changed. Implement student_transfer.loading."
            'LoadingUnitOfWork, as the page "Implement the ports" says.',
        )


def _is_of(reading: Reading, site_id: SiteId) -> bool:
    """Return whether a reading was made for a site."""
    sites = {school.site_id for school in reading.schools}
    sites.update(student.site_id for student in reading.students)
    sites.update(record.origin.site_id for _, record in reading.records)
    return sites <= {site_id}


_LABELS = {
    Identifier.STUDENT_ID: "student ID",
    Identifier.USER_NAME: "user name",
    Identifier.EMAIL: "email",
}
_TWICE = "this student of the site was named by another row of the files already"
_OLDER = (
    "some rows are older than results on the site, so they only fill in what is "
    "missing of their students"
)
_NO_SCHOOL = (
    "names a school that is neither in the files nor on the site, so the student is "
    "not enrolled there"
)


@attrs.define
class _Load:
    """One load in progress, in one unit of work."""

    work: LoadingUnitOfWork
    site_id: SiteId
    reading: Reading
    findings: RowFindings = attrs.field(factory=RowFindings)
    loaded: LoadedStudents = attrs.field(factory=LoadedStudents)
    schools_became: Counter[str] = attrs.field(factory=Counter)
    schools: dict[SchoolId, SchoolId] = attrs.field(factory=dict)
    there: frozenset[SchoolId] = frozenset()
    became: dict[StudentKey, str] = attrs.field(factory=dict)

    def run(self) -> LoadReport:
        """Load schools, then rosters, then students of results, then records.

        Merges and imports wait for the load, and the load for them: otherwise a record
        could go to a student who is merged away meanwhile.
        """
        self.work.roster.hold(self.site_id)
        self._load_schools()
        rows = self.reading.student_rows
        self._load_students([row for row in rows if row.rostered])
        self._load_students([row for row in rows if not row.rostered])
        records = RecordLoad(self.work, self.site_id, self.loaded, self.findings)
        record_rows = self.reading.record_rows
        records.load(record_rows, self._find(record_rows))
        self._note_inactive()
        return LoadReport(
            schools=Tally(**self.schools_became),
            students=Tally(**Counter(self.became.values())),
            records=Tally(**records.became),
            problems=tuple(sorted({*self.reading.problems, *self.findings.problems})),
            notes=tuple(sorted({*self.reading.notes, *self.findings.notes})),
        )

    def _find(self, rows: Sequence[StudentRow] | Sequence[RecordRow]) -> Found:
        references = [row.reference for row in rows]
        return find(self.work, self.site_id, self.there, references)

    # Schools ------------------------------------------------------------------------

    def _load_schools(self) -> None:
        there = {school.id: school for school in self.work.sites.schools(self.site_id)}
        for row in self.reading.school_rows:
            before = there.get(same_school(row, there.values()))
            school = school_after(row, before)
            changed = self.work.sites.put_school(school)
            there[school.id] = school
            self.schools[row.school.id] = school.id
            outcome = "added" if before is None else "changed"
            self.schools_became[outcome if changed else "unchanged"] += 1
        self.there = frozenset(there)

    def _enrolments(self, row: StudentRow) -> set[SchoolId]:
        """Return the schools of a row as the site names them; say which are unknown."""
        named = {self.schools.get(one, one) for one in row.student.enrolments}
        if named - self.there:
            self.findings.row_problem(row, _NO_SCHOOL)
        return named & self.there

    # Students -----------------------------------------------------------------------

    def _load_students(self, rows: Sequence[StudentRow]) -> None:
        found = self._find(rows)
        plans: dict[StudentKey, Plan] = {}
        # A row with the student's own key goes before one of a key merged away.
        for row in sorted(rows, key=lambda row: found.was_merged_away(row.student.key)):
            student = found.student(row.reference, row.student)
            if isinstance(student, Student) and contradicts(student, row.student):
                student = ANOTHER_CHILD
            if isinstance(student, str):
                self.findings.row_problem(row, student)
                self._refuse(row)
                continue
            plan = self._plan(row, student)
            if plan.key not in plans:
                plans[plan.key] = plan
                self.loaded.accepted[row.reference] = plan
            elif found.was_merged_away(row.student.key):
                message = "some students were merged on the site, and stay merged"
                self.findings.note(row.file, message)
            else:
                self.findings.row_problem(row, _TWICE)
                self._refuse(row)
        for kind in Identifier:
            self._settle(kind, plans.values())
        self._write_students(plans.values())

    def _plan(self, row: StudentRow, student: Student | None) -> Plan:
        """Return the student before and after; an older export only fills in."""
        is_older = self._is_older(row, student)
        after = student_after(
            row,
            student,
            self._enrolments(row),
            self.schools.values(),
            is_older=is_older,
        )
        if is_older:
            self.findings.note(row.file, _OLDER)
        return Plan(row, student, after)

    def _is_older(self, row: StudentRow, student: Student | None) -> bool:
        if row.rostered or student is None or not decides(row, student):
            return False
        records = self.work.roster.records(self.site_id, student.key)
        return is_older_than(row, records)

    def _refuse(self, row: StudentRow) -> None:
        """Remember a student whose records must not land on somebody else."""
        self.loaded.refused |= set(row.reference.tokens())

    def _settle(self, kind: Identifier, plans: Collection[Plan]) -> None:
        wanted = {identifier_key(plan.after.identifier(kind)) for plan in plans} - {""}
        holders = self.work.roster.holders(self.site_id, kind, wanted)
        withheld = {value for name, value in self.loaded.withheld if name == kind.value}
        for plan, is_wanted_twice in settle(kind, plans, holders, withheld):
            value = plan.row.student.identifier(kind)
            self.loaded.withheld.add((kind.value, identifier_key(value)))
            label = _LABELS[kind]
            self.findings.row_problem(
                plan.row,
                f"another row has the same {label}, so neither student has it (CONF-3)"
                if is_wanted_twice
                else f"its {label} is another student's already (CONF-3), so the "
                "student is without it",
            )

    def _write_students(self, plans: Collection[Plan]) -> None:
        """Write what is different; identifiers that change hands are let go first."""
        roster = self.work.roster
        gained = {
            (kind, identifier_key(plan.after.identifier(kind)))
            for plan in plans
            for kind in Identifier
            if not plan.keeps(kind)
        }
        for plan in plans:
            self._count(plan)
            released = plan.released(gained)
            if plan.before is not None and released is not None:
                roster.replace(plan.before, released)
                plan.before = released
        for plan in plans:
            if plan.before is not None and plan.before != plan.after:
                roster.replace(plan.before, plan.after)
        roster.add_all(plan.after for plan in plans if plan.before is None)

    def _count(self, plan: Plan) -> None:
        """Count a student once, whom a roster and results may both be about."""
        if self.became.get(plan.key, "unchanged") == "unchanged":
            self.became[plan.key] = plan.outcome()

    def _note_inactive(self) -> None:
        inactive = self.reading.inactive
        still = self.work.roster.students(self.site_id, inactive)
        if still:
            message = f"{len(still)} students whom a roster lists as gone are still on"
            self.findings.note("the site", f"{message} the site: nobody is removed")
