"""What a person decides in the review, and the history of it."""

from collections.abc import Callable

import attrs

from student_transfer.errors import (
    ConcurrentChangeError,
    DecisionError,
    MatchTakenError,
)
from student_transfer.imports import (
    Decision,
    Edit,
    Import,
    ImportEvent,
    ImportId,
    ImportRow,
)
from student_transfer.matching import ImportAs
from student_transfer.outcomes import Reason
from student_transfer.permissions import Action, Actor
from student_transfer.ports import UnitOfWork
from student_transfer.services.context import Context
from student_transfer.services.lookups import get_student
from student_transfer.services.match_target import follow_match, taken_by
from student_transfer.services.plain_differences import refuse_unlike
from student_transfer.services.review import find_row
from student_transfer.students import Student, StudentKey


def edits(context: Context, actor: Actor, import_id: ImportId) -> tuple[Edit, ...]:
    """Return every edit of the review, oldest first (REV-3).

    They are what people of this site did, and name students by key alone: so they stay
    when the preview is forgotten, whoever ends the import (CODE-8, IMP-2).
    """
    with context.unit_of_work(read_only=True) as work:
        context.find_import(work, actor, Action.SEE_IMPORT, import_id)
        return tuple(work.imports.edits(import_id))


_Decided = tuple[Decision, Student | None]
"""A decision, and the matched student as seen when it is taken."""


def keep_match(
    context: Context,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
    match: StudentKey | None,
) -> ImportRow:
    """Keep what is decided, and note that a person has looked (REV-1).

    Raises:
        ConcurrentChangeError: The match is another one than that.
        DecisionError: The match is not the student of the preview any more.
    """

    def kept(work: UnitOfWork, import_: Import, row: ImportRow) -> _Decided:
        if row.decision.match != match:
            raise ConcurrentChangeError(
                "The match is another one by now.",
                advice="Nothing was saved. Look at the student again.",
                rule="REV-1",
            )
        if row.decision.match is not None:
            found = follow_match(work, import_.site_id, row, context.settings)
            if isinstance(found, Reason):
                raise _not_kept(found)
            if found.now.key == row.decision.match:  # who is kept is who is seen now
                return attrs.evolve(row.decision, by_person=True), found.now
            if work.roster.students(import_.site_id, [row.decision.match]):
                raise _not_kept(Reason.MATCH_CHANGED)  # a merge was undone since
        return attrs.evolve(row.decision, by_person=True), row.matched

    return _decide(context, actor, import_id, source_key, kept)


def _not_kept(why: Reason) -> DecisionError:
    return DecisionError(
        f"This decision cannot be kept: {why.value}.",
        advice="Choose or clear the match, or have the import analysed again.",
        rule="IMP-8",
    )


def clear_match(
    context: Context, actor: Actor, import_id: ImportId, source_key: StudentKey
) -> ImportRow:
    """Import the student as a new one (REV-1)."""
    new = Decision(import_as=ImportAs.NEW, by_person=True)
    return _decide(
        context, actor, import_id, source_key, lambda _work, _import, _row: (new, None)
    )


def choose_match(
    context: Context,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
    student_key: StudentKey,
    *,
    accept_unlike: bool = False,
) -> ImportRow:
    """Match the student with one of the site, a possible match or any other (REV-1)."""

    def chosen(work: UnitOfWork, import_: Import, row: ImportRow) -> _Decided:
        student = get_student(work, import_.site_id, student_key)
        _refuse_taken(work, import_, row, student.key)
        if not accept_unlike and row.incoming is not None:
            refuse_unlike(context, work, row.incoming, student)
        match = Decision(import_as=ImportAs.MATCHED, match=student.key, by_person=True)
        return match, student

    return _decide(context, actor, import_id, source_key, chosen)


def _refuse_taken(
    work: UnitOfWork, import_: Import, row: ImportRow, student_key: StudentKey
) -> None:
    """Refuse a student who is another's match (REV-2)."""
    holder = taken_by(work, import_, row, student_key)
    if holder is not None:
        raise MatchTakenError(holder)


def _decide(
    context: Context,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
    decision: Callable[[UnitOfWork, Import, ImportRow], _Decided],
) -> ImportRow:
    """Change one decision, and keep who, when, before and after (REV-3).

    Saving the import refuses the edit if anything of it was changed meanwhile.
    """
    with context.unit_of_work() as work:
        reviewed = find_row(context, work, actor, import_id, source_key)
        import_, row = reviewed.import_, reviewed.row
        now = context.now()
        edited = import_.after(ImportEvent.EDIT, at=now)
        decided, matched = decision(work, import_, row)
        after = attrs.evolve(row, decision=decided, matched=matched)
        work.imports.save(edited)
        work.imports.save_row(import_id, after)
        edit = Edit(
            source_key=source_key,
            by=actor.id,
            at=now,
            before=row.decision,
            after=decided,
        )
        work.imports.add_edits(import_id, [edit])
        work.commit()
    return after
