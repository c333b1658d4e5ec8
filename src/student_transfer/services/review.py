"""The preview, and the review of its matches by a person."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from student_transfer.errors import (
    ConcurrentChangeError,
    DecisionError,
    MatchTakenError,
    NotFoundError,
)
from student_transfer.imports import (
    Decision,
    Edit,
    Import,
    ImportEvent,
    ImportId,
    ImportRow,
    Progress,
)
from student_transfer.matching import (
    Candidate,
    Comparison,
    ImportAs,
    Standing,
    WhyNot,
    blocking_keys,
    compare,
)
from student_transfer.matching import why_not as explain_why_not
from student_transfer.names import normal_words
from student_transfer.outcomes import Reason
from student_transfer.permissions import Action, Actor
from student_transfer.ports import UnitOfWork
from student_transfer.services.candidates import frequencies
from student_transfer.services.context import (
    Context,
    get_student,
    refuse_revoked,
    students_label,
)
from student_transfer.services.finding import (
    FOUND_MOST,
    FoundStudents,
    begins_so,
    by_name,
    named,
    page,
    searched,
    student_order,
)
from student_transfer.services.landing import follow_match, taken_by
from student_transfer.services.naming import Names
from student_transfer.services.seeing import Sight
from student_transfer.services.unlike import refuse_unlike
from student_transfer.students import Student, StudentKey


@attrs.frozen(kw_only=True)
class PreviewRow:
    """One incoming student of the preview (PREV-3).

    Attributes:
        row: What is proposed and decided.
        matched: The student it will be merged with, or was, as on the site now; None
            for a new one, and where that student is no longer on the site. Once the
            import is not reviewed any more, as seen when that was decided, unless the
            student is in a school of whoever looks (PERM-2).
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
    def import_as(self) -> ImportAs:
        """Matched or new student."""
        return self.row.decision.import_as

    @property
    def needs_review(self) -> bool:
        """Whether a person should look at it."""
        return self.row.needs_review


def _has_the_key_since(row: ImportRow, matched: Student) -> bool:
    """Say whether another child has the key of whom the student was merged with."""
    if matched == row.matched:
        return False  # shown as seen when that was decided
    outcome, incoming = row.outcome, row.incoming
    if outcome is None or incoming is None or not outcome.can_be_parted:
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
        absent: How many are no longer on the source site; they will be failed rows.
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


@attrs.frozen(kw_only=True)
class PossibleMatch:
    """A student of the site who may be the incoming one."""

    student: Student
    candidate: Candidate


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
    """Show the preview, narrowed by name, status and flag, by page (PREV-2, REV-1)."""
    with context.unit_of_work(read_only=True) as uow:
        action = Action.SEE_IMPORT
        import_ = context.find_import(uow, actor, action, import_id)
        refuse_revoked(uow, import_)
        rows = uow.imports.rows(import_id)
        wanted = normal_words(name)
        found = rows_by_name(
            row
            for row in rows
            if import_as in {None, row.decision.import_as}
            and needs_review in {None, row.needs_review}
            and _named(row, wanted)
        )
        shown = page(found, offset, limit)
        matches = {row.source_key: merged_with(uow, import_id, row) for row in shown}
        sight = Sight(context, uow, actor, action, import_)
        students = sight.students(
            shown, {key for key in matches.values() if key is not None}
        )
        progress = uow.imports.progress(import_id)
        names = Names(uow)
        school = names.school(import_.site_id, import_.school_id)
        previous = names.previous(import_)
    present = [row for row in rows if row.incoming is not None]
    matched = sum(row.decision.import_as is ImportAs.MATCHED for row in present)
    return Preview(
        import_=import_,
        school=school,
        previous=previous,
        students=students_label(import_, rows),
        progress=progress,
        new=len(present) - matched,
        matched=matched,
        absent=len(rows) - len(present),
        needs_review=sum(row.needs_review for row in rows),
        found=len(found),
        rows=tuple(
            PreviewRow.of(row, matches[row.source_key], students) for row in shown
        ),
    )


def merged_with(
    uow: UnitOfWork, import_id: ImportId, row: ImportRow
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
    arrival = uow.arrivals.get(import_id, row.source_key)  # the outcome has the parted
    return row.decision.match if arrival is None else arrival.after.key


def _named(row: ImportRow, wanted: Sequence[str]) -> bool:
    """Say whether each word is the beginning of one of the student's names."""
    student = row.incoming
    if not wanted or student is None:
        return not wanted
    return begins_so(student.names, wanted)


def rows_by_name(rows: Iterable[ImportRow]) -> list[ImportRow]:
    """Sort as a person looks for a name, and always in the same way."""
    return sorted(rows, key=lambda row: student_order(row.incoming, row.source_key))


def possible_matches(
    context: Context, actor: Actor, import_id: ImportId, source_key: StudentKey
) -> tuple[PossibleMatch, ...]:
    """Give the possible matches of one incoming student, best first (REV-1)."""
    with context.unit_of_work(read_only=True) as uow:
        import_, row = _find_row(context, uow, actor, import_id, source_key)
        keys = {one.key for one in row.suggestion.candidates}
        sight = Sight(context, uow, actor, Action.REVIEW_MATCHES, import_)
        students = sight.students([row], keys)
    return possible(row, students)


def possible(
    row: ImportRow, students: Mapping[StudentKey, Student]
) -> tuple[PossibleMatch, ...]:
    """Give the possible matches of a row who are among these students, best first."""
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
    words = searched(text)
    with context.unit_of_work(read_only=True) as uow:
        action = Action.REVIEW_MATCHES
        import_ = context.find_import(uow, actor, action, import_id)
        import_.check(ImportEvent.EDIT)  # only while it is reviewed
        if not words:
            return FoundStudents()
        found, more = named(uow, import_.site_id, words, FOUND_MOST)
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
    with context.unit_of_work(read_only=True) as uow:
        import_, row = _find_row(context, uow, actor, import_id, source_key)
        sight = Sight(context, uow, actor, Action.REVIEW_MATCHES, import_)
        pair = _pair(sight, row, student_key)
        counted = frequencies(uow, pair.import_.site_id, [pair.incoming])
    return compare(pair.incoming, pair.student, counted, context.settings)


def why_not(
    context: Context,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
    student_key: StudentKey,
) -> WhyNot:
    """Say why an incoming student is not matched with one of the site (PREV-6)."""
    with context.unit_of_work(read_only=True) as uow:
        import_, row = _find_row(context, uow, actor, import_id, source_key)
        sight = Sight(context, uow, actor, Action.REVIEW_MATCHES, import_)
        pair = _pair(sight, row, student_key)
        return explained(context, uow, pair)


@attrs.frozen
class Pair:
    """An incoming student of an import, and a student of the site."""

    import_: Import
    row: ImportRow
    incoming: Student
    student: Student


def _pair(sight: Sight, row: ImportRow, student_key: StudentKey) -> Pair:
    """Put an incoming student and one of the site together.

    Raises:
        NotFoundError: One of the two is not there.
        NotAllowedError: The one of the site is not to be seen; see `Sight.student`.
    """
    student = sight.student(row, student_key)
    if row.incoming is None:
        raise NotFoundError(
            "This incoming student is no longer on the source site, so there is "
            "nothing to compare.",
            advice="The student will be a failed row of the import log. Where the "
            "student is on the source site again, analyse the import again before it "
            "is confirmed.",
            rule="IMP-10",
        )
    return Pair(sight.import_, row, row.incoming, student)


def explained(context: Context, uow: UnitOfWork, pair: Pair) -> WhyNot:
    """Say why the two are not matched, by what is there now (PREV-6)."""
    settings = context.settings
    counted = frequencies(uow, pair.import_.site_id, [pair.incoming])
    standing = _standing(uow, pair, settings.per_key_limit)
    return explain_why_not(pair.incoming, pair.student, counted, settings, standing)


def _standing(uow: UnitOfWork, pair: Pair, limit: int) -> Standing:
    """Say what is known of a pair besides the two."""
    keys = blocking_keys(pair.incoming)
    blocked = uow.roster.blocked(pair.import_.site_id, keys, limit)
    return Standing(
        sharing=blocked.students,
        overflowing=blocked.overflowing,
        offered={one.key: one.probability for one in pair.row.suggestion.candidates},
        match=pair.row.decision.match,
        by_person=pair.row.decision.by_person,
        taken_by=taken_by(uow, pair.import_, pair.row, pair.student.key),
    )


def _find_row(
    context: Context,
    uow: UnitOfWork,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
) -> tuple[Import, ImportRow]:
    """Find one incoming student of an import that the actor may review.

    Raises:
        NotFoundError: The student is not in the import.
        IllegalTransitionError: There is no preview of it: not yet, or no more.
    """
    import_ = context.find_import(uow, actor, Action.REVIEW_MATCHES, import_id)
    refuse_revoked(uow, import_)
    row = uow.imports.row(import_id, source_key)
    if row is None:
        raise no_row(import_, source_key)
    return import_, row


def no_row(import_: Import, source_key: StudentKey) -> NotFoundError:
    """Say that a student is not in the import, unless only the preview is missing.

    Raises:
        IllegalTransitionError: The student is, and there is no preview: not yet, or
            no more.
    """
    if source_key in import_.students:
        import_.check(ImportEvent.EDIT)
    return NotFoundError.of("incoming student")


def edits(context: Context, actor: Actor, import_id: ImportId) -> tuple[Edit, ...]:
    """Give every edit of the review, oldest first (REV-3)."""
    with context.unit_of_work(read_only=True) as uow:
        import_ = context.find_import(uow, actor, Action.SEE_IMPORT, import_id)
        refuse_revoked(uow, import_)
        return tuple(uow.imports.edits(import_id))


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

    def kept(uow: UnitOfWork, import_: Import, row: ImportRow) -> _Decided:
        if row.decision.match != match:
            raise ConcurrentChangeError(
                "The match is another one by now.",
                advice="Nothing was saved. Look at the student again.",
                rule="REV-1",
            )
        if row.decision.match is not None:
            found = follow_match(uow, import_.site_id, row, context.settings)
            if isinstance(found, Reason):
                raise _not_kept(found)
            if found.now.key == row.decision.match:  # who is kept is who is seen now
                return attrs.evolve(row.decision, by_person=True), found.now
            if uow.roster.students(import_.site_id, [row.decision.match]):
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
        context, actor, import_id, source_key, lambda _uow, _import, _row: (new, None)
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

    def chosen(uow: UnitOfWork, import_: Import, row: ImportRow) -> _Decided:
        student = get_student(uow, import_.site_id, student_key)
        _refuse_taken(uow, import_, row, student.key)
        if not accept_unlike and row.incoming is not None:
            refuse_unlike(context, uow, row.incoming, student)
        match = Decision(import_as=ImportAs.MATCHED, match=student.key, by_person=True)
        return match, student

    return _decide(context, actor, import_id, source_key, chosen)


def _refuse_taken(
    uow: UnitOfWork, import_: Import, row: ImportRow, student_key: StudentKey
) -> None:
    """Refuse a student who is another's match (REV-2)."""
    holder = taken_by(uow, import_, row, student_key)
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
    with context.unit_of_work() as uow:
        import_, row = _find_row(context, uow, actor, import_id, source_key)
        now = context.now()
        edited = import_.after(ImportEvent.EDIT, at=now)
        decided, matched = decision(uow, import_, row)
        after = attrs.evolve(row, decision=decided, matched=matched)
        uow.imports.save(edited)
        uow.imports.save_row(import_id, after)
        edit = Edit(
            source_key=source_key,
            by=actor.id,
            at=now,
            before=row.decision,
            after=decided,
        )
        uow.imports.add_edits(import_id, [edit])
        uow.commit()
    return after
