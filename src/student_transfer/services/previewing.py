"""The preview of an import: its counts, and each incoming student with the match."""

from collections.abc import Iterable, Mapping, Sequence

import attrs

from student_transfer.imports import (
    Import,
    ImportEvent,
    ImportId,
    ImportRow,
    Progress,
    RowKind,
    how_many,
)
from student_transfer.matching import ImportAs
from student_transfer.names import normal_words
from student_transfer.permissions import Action, Actor
from student_transfer.ports import UnitOfWork
from student_transfer.services.context import Context
from student_transfer.services.labels import Names, rows_for_label, students_label
from student_transfer.services.lookups import refuse_revoked
from student_transfer.services.student_search import (
    check_page,
    page,
    student_order,
    words_begin_with,
)
from student_transfer.services.visibility import Visibility
from student_transfer.students import Student, StudentKey


@attrs.frozen(kw_only=True)
class PreviewRow:
    """One incoming student of the preview (PREV-3).

    Attributes:
        row: What is proposed and decided.
        matched: The student it will be merged with, or was, as on the site now; None
            for a new one, and where that student is no longer on the site. After the
            review it is the student as seen when that was decided, unless the student
            is in a school of the person who looks (PERM-2).
    """

    row: ImportRow
    matched: Student | None

    @classmethod
    def of(
        cls,
        row: ImportRow,
        match: StudentKey | None,
        students: Mapping[StudentKey, Student],
    ) -> "PreviewRow":
        """Make it of a row and those of the site's students who are read.

        Args:
            row: What is proposed, decided and done.
            match: Whose record it is merged with (see `merged_with`).
            students: The students of the site by key.
        """
        matched = None if match is None else students.get(match)
        if matched is not None and _has_the_key_since(row, matched):
            matched = None
        return cls(row=row, matched=matched)

    @property
    def source_key(self) -> StudentKey:
        """The incoming student's key on the source site, to name the student by."""
        return self.row.source_key

    @property
    def incoming(self) -> Student | None:
        """The student as the analysis read it; see `ImportRow.incoming`."""
        return self.row.incoming

    @property
    def import_as(self) -> ImportAs:
        """Matched or new student."""
        return self.row.decision.import_as

    @property
    def why(self) -> str:
        """Why the matching proposed that, for a person; see `Suggestion.why`."""
        return self.row.suggestion.why

    @property
    def needs_review(self) -> bool:
        """Whether a person should look at it."""
        return self.row.needs_review


def _has_the_key_since(row: ImportRow, matched: Student) -> bool:
    """Return whether another child has got the key of the matched student since."""
    if matched == row.matched:
        return False  # shown as seen when that was decided
    outcome, incoming = row.outcome, row.incoming
    if outcome is None or incoming is None or not outcome.can_undo_match:
        return False
    return incoming.refs.isdisjoint(matched.provenance)


@attrs.frozen(kw_only=True)
class Preview:
    """The preview of an import (PREV-2).

    The counts are of all students; ``rows`` has those that were asked for.

    Attributes:
        import_: The import.
        school: The name of the school to enrol in.
        previous: Where the students come from: school network and school.
        students: The year, or the student's name once the analysis has read it.
        progress: How far the analysis is.
        new: How many will be created.
        matched: How many will be merged with a student of the site.
        absent: How many are no longer on the source site, or another student there than
            the code is for; they will be failed rows.
        needs_review: How many a person should look at.
        found: How many were asked for, on all pages.
        rows: The students of the page, by name.
    """

    import_: Import
    school: str
    previous: str
    students: str = attrs.field(repr=False)
    progress: Progress
    new: int
    matched: int
    absent: int
    needs_review: int
    found: int
    rows: tuple[PreviewRow, ...]

    @property
    def unreviewed(self) -> int:
        """How many would be imported unseen, were it confirmed now (MATCH-1)."""
        can_confirm = self.import_.allows(ImportEvent.CONFIRM)
        return self.needs_review if can_confirm else 0


def preview(
    context: Context,
    actor: Actor,
    import_id: ImportId,
    *,
    name: str = "",
    import_as: ImportAs | None = None,
    needs_review: bool | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> Preview:
    """Show the preview, narrowed by name, status and flag, by page (PREV-2, REV-1).

    The counts come without the rows; where nobody is to be shown, none is read.
    """
    check_page(offset, limit)
    with context.unit_of_work(read_only=True) as work:
        action = Action.SEE_IMPORT
        import_ = context.find_import(work, actor, action, import_id)
        refuse_revoked(work, import_)
        kinds = work.imports.kinds(import_id)
        asked = {
            kind: count
            for kind, count in kinds.items()
            if import_as in {None, kind.import_as}
            and needs_review in {None, kind.needs_review}
        }
        found, shown = _found(work, import_id, asked, name, offset=offset, limit=limit)
        matches = {row.source_key: merged_with(work, import_id, row) for row in shown}
        visibility = Visibility(context, work, actor, action, import_)
        students = visibility.students(
            shown, {key for key in matches.values() if key is not None}
        )
        progress = work.imports.progress(import_id)
        names = Names(work)
        school = names.school(import_.site_id, import_.school_id)
        previous = names.previous(import_)
        label = students_label(import_, rows_for_label(work, import_))
    present = {kind: count for kind, count in kinds.items() if not kind.absent}
    matched = how_many(present, lambda kind: kind.import_as is ImportAs.MATCHED)
    return Preview(
        import_=import_,
        school=school,
        previous=previous,
        students=label,
        progress=progress,
        new=how_many(present) - matched,
        matched=matched,
        absent=how_many(kinds, lambda kind: kind.absent),
        needs_review=how_many(kinds, lambda kind: kind.needs_review),
        found=found,
        rows=tuple(
            PreviewRow.of(row, matches[row.source_key], students) for row in shown
        ),
    )


def _found(
    work: UnitOfWork,
    import_id: ImportId,
    kinds: Mapping[RowKind, int],
    name: str,
    *,
    offset: int,
    limit: int | None,
) -> tuple[int, Sequence[ImportRow]]:
    """Count the rows of these kinds with such a name, and give those of the page."""
    words = normal_words(name)
    if limit == 0 and not words:
        return how_many(kinds), ()
    rows = work.imports.rows(import_id, kinds)
    named = rows_by_name(row for row in rows if _has_names(row, words))
    return len(named), page(named, offset, limit)


def merged_with(
    work: UnitOfWork, import_id: ImportId, row: ImportRow
) -> StudentKey | None:
    """Say with whom a student will be merged, or was: None for a new one (LOG-1).

    What became of the student tells more than the decision: the match may have been
    merged before the import, and is followed to the survivor (IMP-8).
    """
    outcome = row.outcome
    if outcome is None or not outcome.merged:
        return row.decision.match
    if outcome.undone_at is None:
        return outcome.student
    undone = work.applied_matches.get(import_id, row.source_key)
    # the outcome has the student who came
    return row.decision.match if undone is None else undone.after.key


def _has_names(row: ImportRow, words: Sequence[str]) -> bool:
    """Return whether a name of the incoming student begins with each of these words."""
    if not words or row.incoming is None:
        return not words
    return words_begin_with(row.incoming.names, words)


def rows_by_name(rows: Iterable[ImportRow]) -> list[ImportRow]:
    """Sort as a person looks for a name, and always in the same way."""
    return sorted(rows, key=lambda row: student_order(row.incoming, row.source_key))
