"""What people and workers do, step by step."""

from collections.abc import Callable

import attrs

from student_transfer.codes import CodeId, CodeStatus, YearScope
from student_transfer.errors import (
    ClaimedCodeError,
    IllegalTransitionError,
    MatchUndoRefusedError,
    MergeUndoRefusedError,
    NotFoundError,
    StorageError,
    StudentTransferError,
)
from student_transfer.imports import ImportState
from student_transfer.students import StudentKey
from student_transfer.testing.faults import Call, Fault, sound
from student_transfer.testing.recovery.world import SCHOOL, World

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
        if entry.status is CodeStatus.AVAILABLE and entry.issued.id not in world.names:
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
    world.service.choose_match(head, world.import_id, two, s, accept_unlike=True)


def clear(world: World) -> None:
    """Clear the match of a student."""
    head = world.head(world.new)
    world.service.clear_match(head, world.import_id, StudentKey("1"))


def keep(world: World) -> None:
    """Keep what is proposed for a student."""
    head = world.head(world.new)
    world.service.keep_match(head, world.import_id, StudentKey("3"), None)


def cancel(world: World) -> None:
    """Cancel the import."""
    head = world.head(world.new)
    world.service.cancel(head, world.import_id, confirmed=True)


def confirm(world: World) -> None:
    """Confirm the import."""
    world.service.confirm(
        world.head(world.new), world.import_id, accept_unreviewed=True
    )


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
        return Fault(error=StorageError) if here else None

    world.faulty.plan = unreadable
    world.service.run_import(world.import_id)
    world.faulty.plan = sound


def merge(world: World) -> None:
    """Merge two records of one child."""
    head = world.head(world.new)
    merged = world.service.merge_students(head, StudentKey("s"), StudentKey("g"))
    world.names["merge"] = merged.id


def undo(world: World) -> None:
    """Undo the merge."""
    world.service.undo_merge(world.head(world.new), world.names["merge"])


def undo_match(world: World) -> None:
    """Undo the match of a student whom the import has merged."""
    head = world.head(world.new)
    world.service.undo_match(head, world.import_id, StudentKey("1"))


_STARTED = (generate, enter, note_import)
_READY = (*_STARTED, analyse)
_SCHEDULED = (*_READY, confirm)
_DONE_BEFORE = (IllegalTransitionError,)

JOBS: frozenset[Act] = frozenset({analyse, bring})
"""What workers do: it is done in many transactions, and no more than one is undone."""

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
    Step("undo a merge", (merge,), (undo,), (MergeUndoRefusedError,)),
    Step("undo a match", (*_SCHEDULED, bring), (undo_match,), (MatchUndoRefusedError,)),
)
"""Every step that writes, of people and of workers."""
