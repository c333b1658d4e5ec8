"""The review: who may be the match of an incoming student, and why."""

from collections.abc import Collection, Mapping

import attrs

from student_transfer.errors import NotFoundError
from student_transfer.imports import (
    Import,
    ImportEvent,
    ImportId,
    ImportRow,
)
from student_transfer.matching import (
    Candidate,
    Comparison,
    Frequencies,
    PairContext,
    WhyNot,
    compare,
    search_keys,
)
from student_transfer.matching import why_not as why_not_of
from student_transfer.permissions import Action, Actor
from student_transfer.ports import UnitOfWork
from student_transfer.services.candidates import frequencies
from student_transfer.services.context import Context
from student_transfer.services.lookups import refuse_revoked
from student_transfer.services.match_target import taken_by
from student_transfer.services.student_search import (
    FOUND_MOST,
    FoundStudents,
    by_name,
    page,
    search_site,
    search_words_of,
)
from student_transfer.services.visibility import Visibility
from student_transfer.students import Student, StudentKey


@attrs.frozen(kw_only=True)
class PossibleMatch:
    """A student of the site who may be the incoming one."""

    student: Student
    candidate: Candidate


def possible_matches(
    context: Context, actor: Actor, import_id: ImportId, source_key: StudentKey
) -> tuple[PossibleMatch, ...]:
    """Return the possible matches of one incoming student, best first (REV-1)."""
    with context.unit_of_work(read_only=True) as work:
        reviewed = find_row(context, work, actor, import_id, source_key)
        keys = {one.key for one in reviewed.row.suggestion.candidates}
        students = reviewed.students(keys)
    return possible(reviewed.row, students)


def possible(
    row: ImportRow, students: Mapping[StudentKey, Student]
) -> tuple[PossibleMatch, ...]:
    """Return the possible matches of a row who are among these students, best first."""
    return tuple(
        PossibleMatch(student=students[one.key], candidate=one)
        for one in row.suggestion.candidates
        if one.key in students
    )


def search_students(
    context: Context,
    actor: Actor,
    import_id: ImportId,
    text: str,
    *,
    offset: int = 0,
    limit: int | None = 50,
) -> FoundStudents:
    """Search the destination site for a student to choose (REV-1)."""
    words = search_words_of(text)
    with context.unit_of_work(read_only=True) as work:
        action = Action.REVIEW_MATCHES
        import_ = context.find_import(work, actor, action, import_id)
        refuse_revoked(work, import_)
        import_.check(ImportEvent.EDIT)  # only while it is reviewed
        if not words:
            return FoundStudents()
        found, more = search_site(work, import_.site_id, words, FOUND_MOST)
    return FoundStudents(
        students=page(by_name(found), offset, limit), total=len(found), cut_off=more
    )


def explain(
    context: Context,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
    student_key: StudentKey,
) -> Comparison:
    """Compare an incoming student with any of the site, field by field (PREV-6)."""
    with context.unit_of_work(read_only=True) as work:
        reviewed = find_row(context, work, actor, import_id, source_key)
        pair = reviewed.pair_with(student_key)
        weighed = _frequencies(work, pair)
    return compare(pair.incoming, pair.student, weighed, context.settings)


def why_not(
    context: Context,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
    student_key: StudentKey,
) -> WhyNot:
    """Return why an incoming student is not matched with one of the site (PREV-6)."""
    with context.unit_of_work(read_only=True) as work:
        reviewed = find_row(context, work, actor, import_id, source_key)
        pair = reviewed.pair_with(student_key)
        taker = taken_by(work, reviewed.import_, reviewed.row, student_key)
        return why_not_matched(context, work, pair, taker)


@attrs.frozen
class Pair:
    """An incoming student of an import, and a student of the site."""

    import_: Import
    row: ImportRow
    incoming: Student
    student: Student


@attrs.frozen
class ReviewedRow:
    """An incoming student of an import, as whoever reviews it sees that student.

    Attributes:
        row: What is proposed and decided.
        visibility: Whom of the site the reviewer may see.
    """

    row: ImportRow
    visibility: Visibility

    @property
    def import_(self) -> Import:
        """The import."""
        return self.visibility.import_

    def students(self, keys: Collection[StudentKey]) -> dict[StudentKey, Student]:
        """Return those of the keys whom the reviewer may see beside the student."""
        return self.visibility.students([self.row], keys)

    def student(self, key: StudentKey) -> Student:
        """Return a student of the site to put beside the incoming one.

        Raises:
            NotFoundError: No such student is on the site.
            NotAllowedError: The student is not shown; see `Visibility.student`.
        """
        return self.visibility.student(self.row, key)

    def pair_with(self, key: StudentKey) -> Pair:
        """Return the incoming student and one of the site, as a pair to compare.

        Raises:
            NotFoundError: One of the two is not there.
            NotAllowedError: The one of the site is not shown; see `student`.
        """
        student = self.student(key)
        if self.row.incoming is None:
            raise NotFoundError(
                "This incoming student is no longer on the source site, or is another "
                "one than the code is for, so there is nothing to compare.",
                advice="The student will be a failed row of the import log. Where the "
                "student is on the source site again, analyse the import again before "
                "it is confirmed.",
                rule="IMP-10",
            )
        return Pair(self.import_, self.row, self.row.incoming, student)


def why_not_matched(
    context: Context, work: UnitOfWork, pair: Pair, taker: StudentKey | None
) -> WhyNot:
    """Return why the two are not matched, by what is there now (PREV-6).

    Args:
        context: What every use case is given.
        work: The unit of work.
        pair: The two.
        taker: The other incoming student whose match the student of the site is.
    """
    settings = context.settings
    known = _pair_context(work, pair, settings.per_key_limit, taker)
    weighed = _frequencies(work, pair)
    return why_not_of(pair.incoming, pair.student, weighed, settings, known)


def _pair_context(
    work: UnitOfWork, pair: Pair, limit: int, taker: StudentKey | None
) -> PairContext:
    """Return what is known of a pair besides the two.

    The other rows are read only where one of them contests the pair.
    """
    row, keys = pair.row, search_keys(pair.incoming).all
    blocked = work.roster.blocked(pair.import_.site_id, keys, limit)
    contested = row.suggestion.is_contested
    rows = work.imports.rows(pair.import_.id) if contested else [row]
    proposed = PairContext.of(
        {each.source_key: each.suggestion for each in rows},
        row.source_key,
        pair.student.key,
        taken_by=taker,
        sharing=blocked.students,
        overflowing=blocked.overflowing,
    )
    decision = row.decision
    return attrs.evolve(proposed, match=decision.match, by_person=decision.by_person)


def _frequencies(work: UnitOfWork, pair: Pair) -> Frequencies:
    """Return the frequencies by which the import compared the two.

    A row that has none is of an earlier version, or of a storage that does not keep it:
    then the names are counted now, and what the import has taught is not known.
    """
    kept = pair.row.frequencies
    return kept or frequencies(work, pair.import_.site_id, [pair.incoming])


def find_row(
    context: Context,
    work: UnitOfWork,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
) -> ReviewedRow:
    """Find one incoming student of an import that the actor may review.

    Raises:
        NotFoundError: The student is not in the import.
        IllegalTransitionError: There is no preview of it: not yet, or no more.
    """
    action = Action.REVIEW_MATCHES
    import_ = context.find_import(work, actor, action, import_id)
    refuse_revoked(work, import_)
    row = work.imports.row(import_id, source_key)
    if row is None:
        if source_key in import_.students:
            import_.check(ImportEvent.EDIT)  # only the preview is missing
        raise NotFoundError.of("incoming student")
    return ReviewedRow(row, Visibility(context, work, actor, action, import_))
