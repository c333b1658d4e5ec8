"""The review of one incoming student: what its page says of students, at one instant.

What the site and its schools are called is no part of it.
"""

from collections.abc import Collection, Iterable

import attrs

from student_transfer.imports import Import, ImportId, ImportRow, how_many
from student_transfer.matching import WhyNot
from student_transfer.permissions import Actor
from student_transfer.services.context import Context
from student_transfer.services.match_target import who_claims
from student_transfer.services.previewing import (
    PreviewRow,
    merged_with,
    rows_by_name,
)
from student_transfer.services.review import (
    Pair,
    PossibleMatch,
    find_row,
    possible,
    why_not_matched,
)
from student_transfer.students import Student, StudentKey


@attrs.frozen(kw_only=True)
class MatchReview:
    """One incoming student with the match, the possible matches and the neighbours.

    Attributes:
        import_: The import.
        shown: The student, what is decided, and the matched student.
        beside: The student of the site to compare with: the one asked for, else the
            match, else the best possible match; None where there is nobody.
        why: Why the two are matched or not (PREV-6); None where there is but one.
        possible: The possible matches, best first (REV-1).
        taken: Which of the students shown, and of those asked about, another incoming
            student has as the match or has become, and who that is (REV-2, PREV-4).
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
    *,
    about: Collection[StudentKey] = (),
) -> MatchReview:
    """Return one incoming student for the review (REV-1, PREV-3).

    Of the other rows only those are read that need review, and those that take one of
    the students shown: a year may have thousands.
    """
    with context.unit_of_work(read_only=True) as work:
        reviewed = find_row(context, work, actor, import_id, source_key)
        import_, row = reviewed.import_, reviewed.row
        kinds = work.imports.kinds(import_id)
        flagged = {kind: kinds[kind] for kind in kinds if kind.needs_review}
        before, after = _neighbours(work.imports.rows(import_id, flagged), row)
        match = merged_with(work, import_id, row)
        keys = [key for key in (beside, match) if key is not None]
        keys += [one.key for one in row.suggestion.candidates]
        students = reviewed.students(keys)
        if beside is not None and beside not in students:
            students[beside] = reviewed.student(beside)
        other = next((students[key] for key in keys if key in students), None)
        taken = who_claims(work, import_, row, {*keys, *about})
        why = None
        if row.incoming is not None and other is not None:
            pair = Pair(import_, row, row.incoming, other)
            taker = taken.get(other.key)
            why = why_not_matched(
                context, work, pair, None if taker is None else taker.key
            )
    return MatchReview(
        import_=import_,
        shown=PreviewRow.of(row, match, students),
        beside=other,
        why=why,
        possible=possible(row, students),
        taken=taken,
        flagged=how_many(flagged),
        previous_flagged=before,
        next_flagged=after,
    )


def _neighbours(
    flagged: Iterable[ImportRow], row: ImportRow
) -> tuple[StudentKey | None, StudentKey | None]:
    """Return the flagged students before and after one, going round at the ends."""
    around = rows_by_name({one.source_key: one for one in (*flagged, row)}.values())
    place = next(
        at for at, one in enumerate(around) if one.source_key == row.source_key
    )
    others = [one.source_key for one in (*around[place + 1 :], *around[:place])]
    return (others[-1], others[0]) if others else (None, None)
