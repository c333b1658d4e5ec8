"""What is done again after any call of a port has failed comes to the same end.

Each `Step` is taken once undisturbed. Then, for every call of a port that this made, it
is taken on new sites with that call failing once, before its effect or after it. People
do again what failed, the worker runs again and an operator resumes; in the end every
row of both sites has to be as it was undisturbed.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import UTC, date, datetime
from enum import Enum
from itertools import count
from typing import Any

import attrs

from student_transfer.codes import CodeId, CodeState, YearScope
from student_transfer.errors import (
    ClaimedCodeError,
    ConcurrentChangeError,
    IllegalTransitionError,
    NotFoundError,
    StorageBusyError,
    StorageError,
    StudentTransferError,
    UndoRefusedError,
)
from student_transfer.imports import ImportId, ImportState
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.records import Origin, ReaderQuiz
from student_transfer.services import TransferService
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey
from student_transfer.testing.dump import Dump, KeptSite, dump
from student_transfer.testing.faults import Call, Fault, FaultyStorage, Moment, Once
from student_transfer.testing.faults import sound as nothing_fails

PutSites = Callable[[list[Site], list[School]], None]
"""Puts sites and schools into the storage for good."""

SCHOOL = SchoolId("main")
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
LOST, BUSY, CHANGED = "connection lost", "busy", "changed by another"
ERRORS: Mapping[str, Callable[[], Exception]] = {
    LOST: lambda: StorageError("The connection was lost."),
    BUSY: StorageBusyError,
    CHANGED: ConcurrentChangeError,
}
"""What a call fails with: each is an error that a storage may raise."""

_numbers = count(1)


class World:
    """Two sites that nobody else has, with some students, on a storage that may fail.

    Attributes:
        number: Tells the sites from those of other worlds on the same storage.
        faulty: The storage as the service has it.
        service: The use cases.
        code: The transfer code that was generated last.
        import_id: The import that was started last.
        names: Whatever else a step has to remember.
    """

    def __init__(self, storage: UnitOfWorkFactory, put_sites: PutSites) -> None:
        """Put two sites and their students into a storage."""
        self.number = next(_numbers)
        self.old = SiteId(f"old{self.number}")
        self.new = SiteId(f"new{self.number}")
        self.storage = storage
        self.faulty = FaultyStorage(storage)
        self._made = count(1)
        self.service = TransferService(
            self.faulty,
            clock=lambda: NOW,
            new_id=lambda: f"n{self.number}-{next(self._made)}",
            randomness=self._random,
        )
        self.code = ""
        self.import_id = ImportId("")
        self.names: dict[str, Any] = {}
        sites = [Site(self.old, "Old"), Site(self.new, "New")]
        put_sites(sites, [School(SCHOOL, site.id, "Main") for site in sites])
        self._fill()

    def _random(self, size: int) -> bytes:
        number = (self.number << 32) + next(self._made)
        return int(number % 256**size).to_bytes(size, "big")

    def _fill(self) -> None:
        """Enrol three students here, of whom one is there; and a child twice there."""
        people = (
            (self.old, "1", "Maya", "Okafor", date(2015, 3, 9), ("a", "b")),
            (self.old, "2", "Thomas", "Wilkinson", date(2014, 11, 23), ("c",)),
            (self.old, "3", "Ines", "Carvalho", date(2015, 1, 30), ()),
            (self.new, "m", "Maya", "Okafor", date(2015, 3, 9), ("d",)),
            (self.new, "s", "Zofia", "Kaczmarek", date(2015, 6, 2), ("e",)),
            (self.new, "g", "Zofia", "Kaczmarek", date(2015, 6, 2), ("f", "g")),
        )
        with self.storage() as work:
            for site, key, given, family, born, records in people:
                student = Student(
                    key=StudentKey(key),
                    site_id=site,
                    given_name=given,
                    family_name=family,
                    date_of_birth=born,
                    year="6",
                    user_name=given.lower() if key != "g" else "",
                    enrolments=frozenset({SCHOOL}),
                )
                work.roster.add(student)
                quizzes = [
                    ReaderQuiz(origin=Origin(site, name), quiz_number="7")
                    for name in records
                ]
                work.roster.add_records(site, student.key, quizzes)
            work.commit()

    def head(self, site: SiteId) -> Actor:
        """Give the administrator of a site."""
        return Actor(ActorId("head"), site, Role.NETWORK_ADMINISTRATOR)

    def dump(self) -> Dump:
        """Read every row of both sites."""
        return dump(self.storage, (self.old, self.new))


Act = Callable[[World], object]
"""What a person or a worker does."""


@attrs.frozen
class Step:
    """What is taken with each call failing once, and taken again.

    Attributes:
        name: What it is, in words.
        prepare: What comes before it, in which nothing fails.
        acts: What is done, one after the other; each is done again if it fails.
        told: What may be answered when an act is done again that was done already.
    """

    name: str
    prepare: tuple[Act, ...]
    acts: tuple[Act, ...]
    told: tuple[type[StudentTransferError], ...] = ()


def generate(world: World) -> None:
    """Generate a code; whose answer was lost, that one is revoked before (CODE-8)."""
    service, head = world.service, world.head(world.old)
    for entry in service.codes(head):
        if entry.state == "available" and entry.issued.id not in world.names:
            service.revoke_code(head, entry.issued.id)
    new = service.generate_code(head, YearScope(SCHOOL, "6"))
    world.names[new.issued.id] = new
    world.code = new.code.reveal()


def revoke(world: World) -> None:
    """Revoke the code that was generated."""
    for code_id in world.names:
        world.service.revoke_code(world.head(world.old), CodeId(code_id))


def enter(world: World) -> None:
    """Start an import by the code."""
    world.service.start_import(world.head(world.new), world.code, SCHOOL)


def note_import(world: World) -> None:
    """Look for the import in the list, as a person does."""
    [pending] = world.service.pending_imports(world.head(world.new))
    world.import_id = pending.import_.id


def analyse(world: World) -> None:
    """Have the worker make the preview."""
    world.service.analyse(world.import_id)


def analyse_again(world: World) -> None:
    """Ask for another analysis."""
    world.service.analyse_again(world.head(world.new), world.import_id)


def choose(world: World) -> None:
    """Choose a match for a student."""
    head, two, s = world.head(world.new), StudentKey("2"), StudentKey("s")
    world.service.choose_match(head, world.import_id, two, s)


def clear(world: World) -> None:
    """Clear the match of a student."""
    head = world.head(world.new)
    world.service.clear_match(head, world.import_id, StudentKey("1"))


def keep(world: World) -> None:
    """Keep what is proposed for a student."""
    head = world.head(world.new)
    world.service.keep_match(head, world.import_id, StudentKey("3"))


def cancel(world: World) -> None:
    """Cancel the import."""
    head = world.head(world.new)
    world.service.cancel(head, world.import_id, confirmed=True)


def confirm(world: World) -> None:
    """Confirm the import."""
    world.service.confirm(world.head(world.new), world.import_id)


def bring(world: World) -> None:
    """Have the worker import; an operator resumes what failed (IMP-7)."""
    world.service.run_import(world.import_id)
    if resume(world):
        world.service.run_import(world.import_id)


def resume(world: World) -> bool:
    """Have an operator resume what has stopped, or whoever failed; say if there was."""
    for ended in world.service.completed_imports(world.head(world.new)):
        if ended.failed or ended.import_.state is ImportState.FAILED:
            world.service.resume(world.import_id)
            return True
    return False


def lose_one(world: World) -> None:
    """Import while the source cannot give the records of one student."""

    def unreadable(call: Call) -> Fault | None:
        here = call.name == "source.records" and call.arguments[1] == "2"
        return Fault(error=ERRORS[LOST]) if here else None

    world.faulty.plan = unreadable
    world.service.run_import(world.import_id)
    world.faulty.plan = nothing_fails


def merge(world: World) -> None:
    """Merge two records of one child."""
    head = world.head(world.new)
    merged = world.service.merge_students(head, StudentKey("s"), StudentKey("g"))
    world.names["merge"] = merged.id


def undo(world: World) -> None:
    """Undo the merge."""
    world.service.undo_merge(world.head(world.new), world.names["merge"])


_STARTED = (generate, enter, note_import)
_READY = (*_STARTED, analyse)
_SCHEDULED = (*_READY, confirm)
_DONE_BEFORE = (IllegalTransitionError,)

STEPS = (
    Step("generate a code", (), (generate,)),
    Step("revoke a code", (generate,), (revoke,), _DONE_BEFORE),
    Step("enter a code", (generate,), (enter, note_import), (ClaimedCodeError,)),
    Step("analyse", _STARTED, (analyse,)),
    Step(
        "analyse again",
        (*_READY, choose),
        (analyse_again, analyse),
        _DONE_BEFORE,
    ),
    Step("review", _READY, (clear, choose, keep)),
    Step("cancel", (*_READY, choose), (cancel,), _DONE_BEFORE),
    Step("confirm and import", _READY, (confirm, bring), _DONE_BEFORE),
    Step("resume", (*_SCHEDULED, lose_one), (resume, bring), _DONE_BEFORE),
    Step("merge", (), (merge,), (NotFoundError,)),
    Step("undo a merge", (merge,), (undo,), (UndoRefusedError,)),
)
"""Every step that writes, of people and of workers."""


@attrs.frozen
class Difference:
    """An end that is not the one that it should have been.

    Attributes:
        step: What was done.
        call: The call that failed; None if it was never made.
        moment: Before its effect, or after it.
        why: The error that stood in the way, or what is otherwise in the end.
    """

    step: str
    call: Call | None
    moment: Moment
    why: str


@attrs.frozen
class Tried:
    """What came of a step.

    Attributes:
        calls: The calls that were made undisturbed; each failed twice.
        differences: The ends that were not the same.
    """

    calls: tuple[str, ...]
    differences: tuple[Difference, ...]


def disturb(
    step: Step,
    storage: UnitOfWorkFactory,
    put_sites: PutSites,
    error: Callable[[], Exception],
) -> Tried:
    """Take a step undisturbed, and with each call failing before and after its effect.

    Args:
        step: What is done.
        storage: The storage, which is filled with two more sites each time.
        put_sites: Puts sites into it.
        error: Makes the error with which a call fails.
    """
    world = _prepared(step, storage, put_sites)
    for act in step.acts:
        act(world)
    calls, expected = tuple(world.faulty.calls), told(world)
    differences = [
        found
        for number in range(len(calls))
        for moment in Moment
        if (
            found := _disturbed(
                step,
                _prepared(step, storage, put_sites),
                Once(Fault(moment, error), number=number),
                expected,
            )
        )
    ]
    return Tried(calls, tuple(differences))


def _prepared(step: Step, storage: UnitOfWorkFactory, put_sites: PutSites) -> World:
    world = World(storage, put_sites)
    for act in step.prepare:
        act(world)
    world.faulty.calls.clear()
    return world


def _disturbed(
    step: Step, world: World, once: Once, expected: str
) -> Difference | None:
    """Take a step with one call failing; say how its end differs, if it does."""
    world.faulty.plan = once
    try:
        for act in step.acts:
            _until_done(act, world, step, once)
    except StudentTransferError as error:
        why = f"{type(error).__name__}: {error}"
    else:
        why = _difference(expected, told(world))
    if once.happened is None:
        why = "The call that should fail was never made."
        return Difference(
            step.name, Call(once.number or 0, "?"), once.fault.moment, why
        )
    moment = once.fault.moment
    return Difference(step.name, once.happened, moment, why) if why else None


def _until_done(act: Act, world: World, step: Step, once: Once) -> None:
    """Do something, and again if it fails by the fault; take what is told then."""
    before = once.happened
    try:
        act(world)
    except StudentTransferError:
        if once.happened is before:  # the fault is not to blame
            raise
        with suppress(*step.told):
            act(world)


def _difference(expected: str, found: str) -> str:
    """Say where two ends differ."""
    pairs = zip(expected.splitlines(), found.splitlines(), strict=False)
    lines = [
        f"{one.strip()} -> {other.strip()}" for one, other in pairs if one != other
    ]
    return "" if expected == found else "; ".join(lines[:5]) or "rows more or less"


def told(world: World) -> str:
    """Tell everything of both sites, but for what tells one world from another.

    Those are the names that were made, digests of codes, how often an import was
    saved, and edits that were made once more and changed nothing. Codes that were
    revoked because their answer was lost are left out.
    """
    everything = {
        site_id: _told_site(site, world) for site_id, site in world.dump().items()
    }
    text = json.dumps(everything, indent=0)
    for site_id, name in ((world.old, "old"), (world.new, "new")):
        text = text.replace(f'"{site_id}', f'"{name}')
    made: dict[str, str] = {}
    return re.sub(
        rf"\bn{world.number}-\d+",
        lambda found: made.setdefault(found[0], f"made {len(made) + 1}"),
        text,
    )


def _told_site(site: KeptSite, world: World) -> Mapping[str, object]:
    """Tell what is kept of a site, students first and by name."""

    def by_name(student: Student) -> tuple[str, str, str]:
        return student.family_name, student.given_name, student.key

    return {
        "students": [
            [_plain(student), _plain(site.records[student.key])]
            for student in sorted(site.students.values(), key=by_name)
        ],
        "size": site.size,
        "imports": [
            _plain(
                attrs.evolve(
                    one,
                    edits=[edit for edit in one.edits if edit.before != edit.after],
                )
            )
            for one in site.imports
        ],
        "codes": [
            _plain(code)
            for code in site.codes
            if code.id in world.names or code.state is not CodeState.REVOKED
        ],
        "merges": [_plain(merge) for merge in site.merges],
    }


_OF_THIS_WORLD = {"digest", "version"}


def _plain(value: object) -> object:
    """Give a value in numbers, texts, lists and dictionaries of texts."""
    kind = type(value)
    if attrs.has(kind):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in attrs.fields(kind)
            if field.name not in _OF_THIS_WORLD
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in sorted(value)}
    if isinstance(value, AbstractSet):
        return sorted(map(_plain, value), key=str)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, Enum) else str(value)
