"""One load: schools, then students, then records, in one unit of work."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

import attrs

from student_transfer.errors import InputFileError, NotFoundError, StorageError
from student_transfer.formats.reading import (
    Note,
    Problem,
    Reading,
    RecordRow,
    StudentReference,
    StudentRow,
    Token,
    summed_up,
)
from student_transfer.formats.two_children import ANOTHER_CHILD, contradicts
from student_transfer.loading.changes import (
    Plan,
    same_school,
    school_after,
    settle,
    student_after,
)
from student_transfer.loading.references import Found, find
from student_transfer.ports import Roster, SiteDirectory, UnitOfWork
from student_transfer.records import Origin, Record
from student_transfer.sites import School, SchoolId, SiteId
from student_transfer.students import (
    Identifier,
    Student,
    StudentKey,
    identifier_key,
)


class SchoolWriter(SiteDirectory, Protocol):
    """A directory of sites whose schools can be set."""

    def put_school(self, school: School) -> bool:
        """Set a school; say whether that changed anything."""
        ...


class RecordFinder(Roster, Protocol):
    """A roster that can be asked who has a record."""

    def record_holders(
        self, site_id: SiteId, origins: Collection[Origin]
    ) -> Mapping[Origin, frozenset[StudentKey]]:
        """Return which students of the site have records of these origins."""
        ...


class LoadingUnitOfWork(UnitOfWork, Protocol):
    """A unit of work in which schools can be set too, and records found.

    No use case needs it: only a storage that files are loaded into.
    """

    @property
    def roster(self) -> RecordFinder:
        """The students of every site."""
        ...

    @property
    def sites(self) -> SchoolWriter:
        """The sites and schools."""
        ...


class LoadingUnitOfWorkFactory(Protocol):
    """Opens units of work in which schools can be set too."""

    def __call__(self, *, read_only: bool = False) -> LoadingUnitOfWork:
        """Make a new unit of work; with ``read_only`` nothing is written in it."""
        ...


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
_UNKNOWN = "the student is not on the site: load a roster or the overall export first"
_REFUSED = "the student's row could not be loaded, so this record was not either"
_TWICE = "this student of the site was named by another row of the files already"
_NO_SCHOOL = (
    "names a school that is neither in the files nor on the site, so the student is "
    "not enrolled there"
)
_WITHHELD = (
    "a student of these files was loaded without the identifier that is given here: it "
    "may be either student's, so this record was not loaded"
)
_ANOTHERS = (
    "this record is another student's on the site, and stays there: if it is not, name "
    "the right one by key"
)
_NOT_KEPT = "the site's storage could not keep the record"


@attrs.define
class _Load:
    """One load in progress, in one unit of work."""

    work: LoadingUnitOfWork
    site_id: SiteId
    reading: Reading
    problems: list[Problem] = attrs.field(factory=list)
    notes: list[Note] = attrs.field(factory=list)
    tallies: defaultdict[str, Counter[str]] = attrs.field(
        factory=lambda: defaultdict(Counter)
    )
    schools: dict[SchoolId, SchoolId] = attrs.field(factory=dict)
    there: frozenset[SchoolId] = frozenset()
    refused: set[Token] = attrs.field(factory=set)
    withheld: set[Token] = attrs.field(factory=set)
    accepted: dict[StudentReference, StudentKey] = attrs.field(factory=dict)
    became: dict[StudentKey, str] = attrs.field(factory=dict)

    def run(self) -> LoadReport:
        """Load schools, then rosters, then students of results, then records.

        Whoever merges students or brings some waits, and they for it: else a record
        could come to one who is merged away meanwhile.
        """
        self.work.roster.hold(self.site_id)
        self._load_schools()
        rows = self.reading.student_rows
        self._load_students([row for row in rows if row.rostered])
        self._load_students([row for row in rows if not row.rostered])
        self._load_records()
        self._note_inactive()
        return LoadReport(
            schools=Tally(**self.tallies["schools"]),
            students=Tally(**Counter(self.became.values())),
            records=Tally(**self.tallies["records"]),
            problems=tuple(sorted({*self.reading.problems, *self.problems})),
            notes=tuple(sorted({*self.reading.notes, *self.notes})),
        )

    def _problem(self, row: StudentRow | RecordRow, message: str) -> None:
        self.problems.append(Problem(row.file, row.line, "", message))

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
            self.tallies["schools"][outcome if changed else "unchanged"] += 1
        self.there = frozenset(there)

    def _enrolments(self, row: StudentRow) -> set[SchoolId]:
        """Return the schools of a row as the site names them; say which are unknown."""
        named = {self.schools.get(one, one) for one in row.student.enrolments}
        if named - self.there:
            self._problem(row, _NO_SCHOOL)
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
                self._problem(row, student)
                self._refuse(row)
                continue
            enrolments = self._enrolments(row)
            named = self.schools.values()
            after = student_after(row, student, enrolments, named)
            plan = Plan(row, student, after)
            if plan.key not in plans:
                plans[plan.key] = plan
                self.accepted[row.reference] = plan.key
            elif found.was_merged_away(row.student.key):
                message = "some students were merged on the site, and stay merged"
                self.notes.append(Note(row.file, message))
            else:
                self._problem(row, _TWICE)
                self._refuse(row)
        for kind in Identifier:
            self._settle(kind, plans.values())
        self._write_students(plans.values())

    def _refuse(self, row: StudentRow) -> None:
        """Remember a student whose records must not land on somebody else."""
        self.refused |= set(row.reference.tokens())

    def _settle(self, kind: Identifier, plans: Collection[Plan]) -> None:
        wanted = {identifier_key(plan.after.identifier(kind)) for plan in plans} - {""}
        holders = self.work.roster.holders(self.site_id, kind, wanted)
        withheld = {value for name, value in self.withheld if name == kind.value}
        for plan, is_wanted_twice in settle(kind, plans, holders, withheld):
            value = plan.row.student.identifier(kind)
            self.withheld.add((kind.value, identifier_key(value)))
            label = _LABELS[kind]
            self._problem(
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

    def _find(self, rows: Sequence[StudentRow] | Sequence[RecordRow]) -> Found:
        references = [row.reference for row in rows]
        return find(self.work, self.site_id, self.there, references)

    # Records ------------------------------------------------------------------------

    def _load_records(self) -> None:
        found = self._find(self.reading.record_rows)
        rows: dict[StudentKey, list[RecordRow]] = defaultdict(list)
        for row in self.reading.record_rows:
            student = found.student(row.reference)
            named = set(row.reference.tokens())
            if not self.refused.isdisjoint(named):
                self._problem(row, _REFUSED)
            elif row.reference in self.accepted:
                rows[self.accepted[row.reference]].append(row)
            elif self._is_withheld(named, found):
                self._problem(row, _WITHHELD)
            elif isinstance(student, Student):
                rows[student.key].append(row)
            else:
                self._problem(row, student or _UNKNOWN)
        every = [row.record.origin for of_one in rows.values() for row in of_one]
        holders = self.work.roster.record_holders(self.site_id, every)
        for key, of_student in rows.items():
            own = []
            for row in of_student:
                has = holders.get(row.record.origin, frozenset({key}))
                if key in has or key in row.reference.keys:
                    own.append(row)
                else:
                    self._problem(row, _ANOTHERS)
            kept = self._write_records(key, own)
            self._move(key, {one: holders.get(one, frozenset()) for one in kept})

    def _is_withheld(self, named: AbstractSet[Token], found: Found) -> bool:
        """Return whether nothing but an identifier that was refused names somebody."""
        others = (token in found.students for token in named - self.withheld)
        return not self.withheld.isdisjoint(named) and not any(others)

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
                self.notes.append(Note("the site", message))

    def _write_records(
        self, key: StudentKey, rows: Sequence[RecordRow]
    ) -> AbstractSet[Origin]:
        """Write what is different; give the records that were written and are kept."""
        roster = self.work.roster
        there = {one.origin: one for one in roster.records(self.site_id, key)}
        wanted = {row.record.origin: row for row in rows}
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
                self._problem(wanted[record.origin], _NOT_KEPT)
        tally = self.tallies["records"]
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

    def _note_inactive(self) -> None:
        inactive = self.reading.inactive
        still = self.work.roster.students(self.site_id, inactive)
        if still:
            message = f"{len(still)} students whom a roster lists as gone are still on"
            self.notes.append(
                Note("the site", f"{message} the site: nobody is removed")
            )
