"""The review of one incoming student: what its page says of students, at one instant.

What the site and its schools are called is no part of it.
"""

from collections.abc import Sequence

import attrs

from student_transfer.imports import Import, ImportId, ImportRow
from student_transfer.matching import WhyNot
from student_transfer.permissions import Action, Actor
from student_transfer.services.context import Context, refuse_revoked
from student_transfer.services.previewing import (
    PreviewRow,
    merged_with,
    rows_by_name,
)
from student_transfer.services.review import (
    Pair,
    PossibleMatch,
    explained,
    no_row,
    possible,
)
from student_transfer.services.seeing import Sight
from student_transfer.students import Student, StudentKey


@attrs.frozen(kw_only=True)
class RowReview:
    """One incoming student with the match, the possible matches and the neighbours.

    Attributes:
        import_: The import.
        shown: The student, what is decided, and the matched student.
        beside: The student of the site to compare with: the one asked for, else the
            match, else the best possible match; None where there is nobody.
        why: Why the two are matched or not (PREV-6); None where there is but one.
        possible: The possible matches, best first (REV-1).
        taken: For each student of the site who is the match of another incoming
            student, or became that one, that incoming student (REV-2, PREV-4).
        flagged: How many students of the import still need review.
        previous_flagged: The one before, by name, who needs review; after the first
            comes the last, so that nobody is passed over.
        next_flagged: The one after who needs review.
    """

    import_: Import
    shown: PreviewRow
    beside: Student | None = attrs.field(repr=False)
    why: WhyNot | None = attrs.field(repr=False)
    possible: tuple[PossibleMatch, ...]
    taken: dict[StudentKey, Student] = attrs.field(repr=False)
    flagged: int
    previous_flagged: StudentKey | None = None
    next_flagged: StudentKey | None = None


def review_row(
    context: Context,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
    beside: StudentKey | None = None,
) -> RowReview:
    """Give one incoming student for the review (REV-1, PREV-3)."""
    with context.unit_of_work(read_only=True) as uow:
        action = Action.REVIEW_MATCHES
        import_ = context.find_import(uow, actor, action, import_id)
        refuse_revoked(uow, import_)
        rows = rows_by_name(uow.imports.rows(import_id))
        place = _place(rows, source_key)
        if place is None:
            raise no_row(import_, source_key)
        row = rows[place]
        match = merged_with(uow, import_id, row)
        keys = [key for key in (beside, match) if key is not None]
        keys += [one.key for one in row.suggestion.candidates]
        sight = Sight(context, uow, actor, action, import_)
        students = sight.students([row], keys)
        if beside is not None and beside not in students:
            students[beside] = sight.student(row, beside)
        other = next((students[key] for key in keys if key in students), None)
        why = None
        if row.incoming is not None and other is not None:
            pair = Pair(import_, row, row.incoming, other)
            why = explained(context, uow, pair)
    before, after = _neighbours(rows, place)
    return RowReview(
        import_=import_,
        shown=PreviewRow.of(row, match, students),
        beside=other,
        why=why,
        possible=possible(row, students),
        taken={
            key: one.incoming
            for one in rows
            if one.incoming is not None and one is not row
            for key in one.taken
        },
        flagged=sum(one.needs_review for one in rows),
        previous_flagged=before,
        next_flagged=after,
    )


def _place(rows: Sequence[ImportRow], source_key: StudentKey) -> int | None:
    """Say where the row of one incoming student is, if there is one."""
    places = (at for at, row in enumerate(rows) if row.source_key == source_key)
    return next(places, None)


def _neighbours(
    rows: Sequence[ImportRow], place: int
) -> tuple[StudentKey | None, StudentKey | None]:
    """Give the flagged students before and after one, going round at the ends."""
    around = [*rows[place + 1 :], *rows[:place]]
    flagged = [row.source_key for row in around if row.needs_review]
    return (flagged[-1], flagged[0]) if flagged else (None, None)
