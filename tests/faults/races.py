"""Processes that get in each other's way: one wins, the others are told clearly.

Each race has two sites of its own, so that a race sees nothing of the ones before.
``python -m tests.faults races`` runs them by hand.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

import attrs

from student_transfer.adapters.sql import SqlStorage
from student_transfer.codes import (
    CodeId,
    CodeState,
    IssuedCode,
    StudentScope,
    YearScope,
)
from student_transfer.imports import ImportId, ImportState
from student_transfer.services import TransferService
from student_transfer.sites import School, Site, SiteId
from student_transfer.students import Student, StudentKey
from tests.faults.crew import WON, Answer, Crew, Job, head, quiz, school
from tests.faults.places import open_storage
from tests.services.worker import PEOPLE, service_over

_CREW = 4


@attrs.define
class Summary:
    """What came of racing.

    Attributes:
        races: How many races there were.
        winners: How many jobs won, of each race.
        answers: How often the jobs of a race ended so, in the order of its jobs.
        differences: What is not as it should be.
    """

    races: int = 0
    winners: Counter[str] = attrs.field(factory=Counter)
    answers: defaultdict[str, Counter[str]] = attrs.field(
        factory=lambda: defaultdict(Counter)
    )
    differences: list[str] = attrs.field(factory=list)


@attrs.define
class Arena:
    """One race: two sites, and those who race.

    Attributes:
        storage: The database.
        service: The use cases, for what is prepared.
        crew: The processes.
        name: The name of the race.
        old: The source site.
        new: The destination site.
        summary: What is counted.
    """

    storage: SqlStorage
    service: TransferService
    crew: Crew
    name: str
    old: str
    new: str
    summary: Summary

    def fill(self, old: Sequence[int], new: Sequence[int]) -> None:
        """Make the two sites with these of the people, each with a record there.

        One of them who is named twice is there twice.
        """
        with self.storage() as work:
            for site, numbers in ((self.old, old), (self.new, new)):
                work.sites.put_site(Site(SiteId(site), site))
                work.sites.put_school(School(school(site), SiteId(site), site))
                students = [*_students(site, numbers)]
                work.roster.add_all(students)
                for one in students:
                    record = quiz(site, one.key)
                    work.roster.add_records(SiteId(site), one.key, [record])
            work.commit()

    def code(self, student: str = "") -> tuple[IssuedCode, str]:
        """Generate a code for the year, or for one student."""
        scope = (
            StudentScope(school(self.old), StudentKey(student))
            if student
            else YearScope(school(self.old), "6")
        )
        made = self.service.generate_code(head(self.old), scope)
        return made.issued, made.code.reveal()

    def ready(self, student: str = "") -> tuple[CodeId, ImportId]:
        """Prepare an import that can be reviewed; give its code and it."""
        issued, code = self.code(student)
        import_ = self.service.start_import(head(self.new), code, school(self.new))
        self.service.analyse(import_.id)
        return issued.id, import_.id

    def race(self, *jobs: Job) -> list[Answer]:
        """Let them race, and count who won and what the others were told."""
        answers = self.crew.at_once(*jobs)
        self.summary.races += 1
        self.summary.winners[self.name] += sum(kind == WON for kind, _ in answers)
        told = [
            f"{job[0]}: {kind}" for job, (kind, _) in zip(jobs, answers, strict=True)
        ]
        self.summary.answers[self.name][", ".join(sorted(told))] += 1
        return answers

    def check(self, holds: object, what: str) -> None:
        """Note what does not hold."""
        if not holds:
            self.summary.differences.append(f"{self.name} ({self.new}): {what}")

    def check_refusals(self, answers: Sequence[Answer], *kinds: str) -> None:
        """Note a refusal that is none of these."""
        for kind, _ in answers:
            self.check(kind in {WON, *kinds}, f"was told {kind}")

    def code_state(self, code_id: CodeId) -> CodeState:
        """Return the state of a code."""
        with self.storage(read_only=True) as work:
            found = work.codes.get(code_id)
        assert found is not None
        return found.state

    def import_state(self, import_id: str) -> ImportState:
        """Return the state of an import."""
        with self.storage(read_only=True) as work:
            found = work.imports.get(ImportId(import_id))
        assert found is not None
        return found.state

    def records(self) -> list[tuple[StudentKey, list[str]]]:
        """Return the students of the new site, and the names of their records."""
        site = SiteId(self.new)
        with self.storage(read_only=True) as work:
            return [
                (
                    one.key,
                    [r.origin.record_id for r in work.roster.records(site, one.key)],
                )
                for one in work.roster.enrolled(site, school(site))
            ]


def _students(site: str, numbers: Sequence[int]) -> Iterator[Student]:
    seen = Counter[int]()
    for number in numbers:
        given, family, born = PEOPLE[number]
        seen[number] += 1
        twice = "again" * (seen[number] - 1)
        yield Student(
            key=StudentKey(f"{site[:3]}{number}{twice}"),
            site_id=SiteId(site),
            given_name=given,
            family_name=family,
            date_of_birth=born,
            year="6",
            user_name=f"{given}{twice}",
            enrolments={school(site)},
        )


def _won(answers: Sequence[Answer]) -> list[bool]:
    return [kind == WON for kind, _ in answers]


def enter_one_code(arena: Arena) -> None:
    """CODE-7: one import claims it, the others are told that it is claimed."""
    arena.fill([0], [])
    _, code = arena.code()
    answers = arena.race(*[("enter", arena.new, code)] * _CREW)
    arena.check(sum(_won(answers)) == 1, f"{sum(_won(answers))} won")
    arena.check_refusals(answers, "ClaimedCodeError")
    with arena.storage(read_only=True) as work:
        arena.check(len(work.imports.of_site(SiteId(arena.new))) == 1, "many imports")


def share_one_import(arena: Arena) -> None:
    """IMP-6, PREV-7: analysed and run by several workers, nobody arrives twice."""
    arena.fill([0, 1, 2], [0])
    _, code = arena.code()
    one = arena.service.start_import(head(arena.new), code, school(arena.new)).id
    answers = arena.race(*[("analyse", arena.new, one)] * 2)
    arena.check({value for _, value in answers} == {"ready"}, "is not ready")
    arena.service.confirm(head(arena.new), one)
    answers = arena.race(*[("run", arena.new, one)] * 3)
    arena.check({value for _, value in answers} == {"completed"}, "is not completed")
    there = sorted(names for _, names in arena.records())
    arena.check(there == [["new0", "old0"], ["old1"], ["old2"]], f"has {there}")
    log = arena.service.import_log(head(arena.new), one)
    arena.check(len(log) == 3, f"{len(log)} rows on the log")


def edit_and_confirm(arena: Arena) -> None:
    """REV-1, IMP-1: what is confirmed is what was reviewed."""
    arena.fill([0], [0])
    code, one = arena.ready()
    edited, confirmed = _won(
        answers := arena.race(
            ("clear", arena.new, one, "old0"), ("confirm", arena.new, one)
        )
    )
    arena.check(edited or confirmed, "nobody won")
    arena.check_refusals(answers, "ConcurrentChangeError", "IllegalTransitionError")
    scheduled = arena.import_state(one) is ImportState.SCHEDULED
    used = arena.code_state(code) is CodeState.USED
    arena.check(scheduled == used == confirmed, f"{scheduled=}, {used=}, {confirmed=}")
    with arena.storage(read_only=True) as work:
        [row] = work.imports.rows(one)
        edits = len(work.imports.edits(one))
    arena.check(row.decision.by_person == edited == edits, "an edit is half done")


def choose_one_student_twice(arena: Arena) -> None:
    """REV-2, PREV-4: no student becomes the match of two."""
    arena.fill([0, 1], [2])
    _, one = arena.ready()
    jobs = [("choose", arena.new, one, key, "new2") for key in ("old0", "old1")]
    answers = arena.race(*jobs)
    arena.check(sum(_won(answers)) == 1, f"{sum(_won(answers))} won")
    arena.check_refusals(answers, "ConcurrentChangeError", "MatchTakenError")
    with arena.storage(read_only=True) as work:
        matches = [row.decision.match for row in work.imports.rows(one)]
    arena.check(matches.count(StudentKey("new2")) == 1, f"the matches are {matches}")


def confirm_and_cancel(arena: Arena) -> None:
    """CODE-4, IMP-2: one of them decides, about the code as well."""
    arena.fill([0], [])
    code, one = arena.ready()
    confirmed, cancelled = _won(
        answers := arena.race(("confirm", arena.new, one), ("cancel", arena.new, one))
    )
    arena.check(confirmed != cancelled, f"{confirmed=}, {cancelled=}")
    arena.check_refusals(answers, "ConcurrentChangeError", "IllegalTransitionError")
    expected = (
        (ImportState.SCHEDULED, CodeState.USED, 1)
        if confirmed
        else (ImportState.CANCELLED, CodeState.AVAILABLE, 0)
    )
    with arena.storage(read_only=True) as work:
        rows = len(work.imports.rows(one))
    state = (arena.import_state(one), arena.code_state(code), rows)
    arena.check(state == expected, f"is {state}")


def revoke_and_enter(arena: Arena) -> None:
    """CODE-8: a revoked code lets nobody in; who was in first is told later."""
    arena.fill([0], [])
    issued, code = arena.code()
    revoked, entered = _won(
        answers := arena.race(
            ("revoke", arena.old, issued.id), ("enter", arena.new, code)
        )
    )
    arena.check(revoked or entered, "nobody won")
    arena.check_refusals(answers[:1], "ConcurrentChangeError")
    arena.check_refusals(answers[1:], "RevokedCodeError")
    expected = CodeState.REVOKED if revoked else CodeState.CLAIMED
    arena.check(arena.code_state(issued.id) is expected, f"is not {expected}")
    with arena.storage(read_only=True) as work:
        imports = len(work.imports.of_site(SiteId(arena.new)))
    arena.check(imports == entered, f"{imports} imports")


def revoke_and_confirm(arena: Arena) -> None:
    """CODE-8: a code is revoked or used, never both."""
    arena.fill([0], [])
    code, one = arena.ready()
    revoked, confirmed = _won(
        answers := arena.race(("revoke", arena.old, code), ("confirm", arena.new, one))
    )
    arena.check(revoked != confirmed, f"{revoked=}, {confirmed=}")
    arena.check_refusals(answers[:1], "ConcurrentChangeError", "IllegalTransitionError")
    arena.check_refusals(answers[1:], "ConcurrentChangeError", "RevokedCodeError")
    expected = CodeState.REVOKED if revoked else CodeState.USED
    arena.check(arena.code_state(code) is expected, f"is not {expected}")


def merge_in_a_ring(arena: Arena) -> None:
    """AFTER-1, CONF-5: of merges that overlap no record is lost or doubled."""
    arena.fill([0], [2, 3, 4])
    keys = ["new2", "new3", "new4"]
    pairs = zip(keys, [*keys[1:], keys[0]], strict=True)
    answers = arena.race(*(("merge", arena.new, *pair) for pair in pairs))
    won = sum(_won(answers))
    arena.check(1 <= won <= 2, f"{won} won")
    arena.check_refusals(answers, "ConcurrentChangeError", "NotFoundError")
    left = arena.records()
    arena.check(len(left) == 3 - won, f"{len(left)} students are left")
    names = sorted(name for _, of in left for name in of)
    arena.check(names == keys, f"the records are {names}")


def undo_twice(arena: Arena) -> None:
    """AFTER-2: a merge is undone once, and exactly."""
    arena.fill([0], [2, 3])
    head_ = head(arena.new)
    keys = StudentKey("new2"), StudentKey("new3")
    merge = arena.service.merge_students(head_, *keys, accept_unlike=True)
    answers = arena.race(*[("undo", arena.new, merge.id)] * 3)
    arena.check(sum(_won(answers)) == 1, f"{sum(_won(answers))} won")
    arena.check_refusals(answers, "MergeUndoRefusedError")
    there = arena.records()
    arena.check(there == [(key, [key]) for key in keys], f"has {there}")


def merge_and_add_records(arena: Arena) -> None:
    """CONF-5: a record that a host adds during a merge is kept, or refused."""
    arena.fill([0], [2, 3])
    stayed, went, merged = arena.race(
        ("add record", arena.new, "new2", "late2"),
        ("add record", arena.new, "new3", "late3"),
        ("merge", arena.new, "new2", "new3"),
    )
    arena.check(merged[0] == stayed[0] == WON, "the merge or the survivor is refused")
    arena.check_refusals([went], "ConcurrentChangeError")
    late = [name for kind, name in (stayed, went) if kind == WON]
    expected = [("new2", sorted(["new2", "new3", *late]))]
    there = arena.records()
    arena.check(there == expected, f"has {there}, not {expected}")


def undo_and_add_records(arena: Arena) -> None:
    """AFTER-2: an undo knows of every record, or is refused; none is lost."""
    arena.fill([0], [2, 3])
    keys = StudentKey("new2"), StudentKey("new3")
    merge = arena.service.merge_students(head(arena.new), *keys, accept_unlike=True)
    added, undone = arena.race(
        ("add record", arena.new, "new2", "late2"), ("undo", arena.new, merge.id)
    )
    arena.check(added[0] == WON, "the record is refused")
    arena.check_refusals([undone], "MergeUndoRefusedError")
    expected = [("new2", ["late2", "new2", "new3"])]
    if undone[0] == WON:
        expected = [("new2", ["late2", "new2"]), ("new3", ["new3"])]
    there = arena.records()
    arena.check(there == expected, f"has {there}, not {expected}")


def bring_one_child_by_many_imports(arena: Arena) -> None:
    """IMP-5: however many imports bring a child at once, there is one record."""
    arena.fill([0, 1], [])
    imports = [arena.ready(scope)[1] for scope in ("old0", "", "old0")]
    for one in imports:
        arena.service.confirm(head(arena.new), one)
    answers = arena.race(*(("run", arena.new, one) for one in imports))
    arena.check({value for _, value in answers} == {"completed"}, f"got {answers}")
    there = sorted(names for _, names in arena.records())
    arena.check(there == [["old0"], ["old1"]], f"has {there}")


def merge_and_import(arena: Arena) -> None:
    """IMP-8, CONF-5: data for a student who is being merged away is at the survivor."""
    arena.fill([0, 1], [0, 0])
    _, one = arena.ready()
    goes = StudentKey("new0again")
    arena.service.choose_match(head(arena.new), one, StudentKey("old0"), goes)
    arena.service.confirm(head(arena.new), one)
    ran, merged = arena.race(
        ("run", arena.new, one), ("merge", arena.new, "new0", goes)
    )
    arena.check(ran == (WON, "completed"), f"the import is {ran}")
    arena.check(merged[0] == WON, f"the merge is {merged}")
    there = sorted(names for _, names in arena.records())
    expected = [["new0", "new0again", "old0"], ["old1"]]
    arena.check(there == expected, f"has {there}")


RACES: tuple[Callable[[Arena], None], ...] = (
    enter_one_code,
    share_one_import,
    edit_and_confirm,
    choose_one_student_twice,
    confirm_and_cancel,
    revoke_and_enter,
    revoke_and_confirm,
    merge_in_a_ring,
    undo_twice,
    merge_and_add_records,
    undo_and_add_records,
    bring_one_child_by_many_imports,
    merge_and_import,
)


def race(
    new_place: Callable[[], str],
    races: int,
    seed: int,
    which: Sequence[Callable[[Arena], None]] = RACES,
) -> Summary:
    """Run at least so many races, each kind in turn."""
    rng, summary = random.Random(seed), Summary()
    location = new_place()
    with open_storage(location) as storage, Crew(location, _CREW, rng) as crew:
        service = service_over(storage)
        number = 0
        while summary.races < races:
            run = which[number % len(which)]
            run(
                Arena(
                    storage=storage,
                    service=service,
                    crew=crew,
                    name=run.__name__.replace("_", " "),
                    old=f"old site {number}",
                    new=f"new site {number}",
                    summary=summary,
                )
            )
            number += 1
    return summary
