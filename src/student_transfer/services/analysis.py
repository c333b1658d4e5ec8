"""The background step that finds matches for the students of an import (PREV-1)."""

from collections.abc import Collection, Mapping, Sequence

import attrs

from student_transfer.errors import (
    ConcurrentChangeError,
    RevokedCodeError,
    StudentTransferError,
)
from student_transfer.identity import are_linked, those_seen, who_keeps_apart
from student_transfer.imports import (
    Decision,
    Import,
    ImportEvent,
    ImportId,
    ImportRow,
    ImportState,
    Progress,
    flag_unmatched,
)
from student_transfer.matching import (
    Candidate,
    Frequencies,
    ImportAs,
    Settings,
    Suggestion,
    compare,
    suggest,
)
from student_transfer.outcomes import Reason
from student_transfer.services.candidates import Candidates, candidates, frequencies
from student_transfer.services.context import Context, OnProgress
from student_transfer.services.import_lifecycle import end_unused
from student_transfer.services.kept_decisions import KeptDecision, kept_decisions
from student_transfer.services.lookups import get_import, get_site, held_code
from student_transfer.services.merge_history import (
    absorbed_by,
    once_here,
    refs_of_others,
    undone_matches,
)
from student_transfer.services.retries import MAX_TRIES, RETRYABLE
from student_transfer.services.step_failures import fail_step
from student_transfer.services.steps import Step
from student_transfer.sites import RosterSource, SiteId
from student_transfer.students import Student, StudentKey, StudentRef

_NOT_COUNTED = Frequencies(0)  # no name is taken for rare
_BATCH = 200  # incoming students whose candidates are fetched at once


def analyse(
    context: Context, import_id: ImportId, on_progress: OnProgress | None = None
) -> Import:
    """Match the incoming students and make the preview ready.

    Only an import that is being analysed is touched, so calling this twice, from two
    workers at once, or again after a crash does no harm: whoever finishes first has
    made the preview, and nothing of an unfinished run is kept (PREV-7).

    Raises:
        NotFoundError: There is no such import.
        AnalysisFailedError: It carries a reference code and the cause. The import
            stays due and can be analysed again.
        StorageBusyError: The storage is out for now. The import is still due, and shows
            no reference code.
        ConcurrentChangeError: Others have changed it at each try; likewise.
    """
    tries = 0
    while (import_ := _current(context, import_id)).state is ImportState.ANALYSING:
        tries += 1
        try:
            return _analyse(context, import_, on_progress)
        except _ProgressError as error:
            raise error.cause from None
        except RETRYABLE as error:
            if isinstance(error, ConcurrentChangeError) and tries < MAX_TRIES:
                continue  # who was overtaken looks what there is left to do
            raise
        except Exception as error:  # noqa: BLE001 - it is the cause of what is raised
            return fail_step(context, import_id, Step.ANALYSE, error)
    return import_


class _ProgressError(Exception):
    """The host's own callback failed, and not the analysis."""

    def __init__(self, cause: Exception) -> None:
        super().__init__()
        self.cause = cause


def _tell(on_progress: OnProgress, progress: Progress) -> None:
    try:
        on_progress(progress)
    except Exception as error:
        raise _ProgressError(error) from error


def _current(context: Context, import_id: ImportId) -> Import:
    """Return the import as somebody else has left it."""
    with context.unit_of_work(read_only=True) as work:
        return get_import(work, import_id)


@attrs.frozen(kw_only=True)
class _Read:
    """What an analysis begins with.

    Attributes:
        on_sis: Whether the students of the site come from an SIS (IMP-9).
        incoming: The students of the source for whom the code is.
        decided: What people have decided already (PREV-7).
        were: Which students of the site each once was.
        there: Whom the source has under the keys of the code, be they others by now.
    """

    on_sis: bool
    incoming: Mapping[StudentKey, Student]
    decided: Mapping[StudentKey, KeptDecision]
    were: Mapping[StudentKey, Collection[StudentKey]]
    there: Collection[StudentKey]


def _read(context: Context, import_: Import) -> _Read:
    """Read whom the code is for, as the source has them now.

    Raises:
        RevokedCodeError: The source has withdrawn it (CODE-8).
    """
    with context.unit_of_work(read_only=True) as work:
        code = held_code(work, import_)
        sis = get_site(work, import_.site_id).roster_source is RosterSource.SIS
        there = work.source.students(import_.source_site_id, import_.students)
        # Who has got the key of another since is not whom the code is for (CODE-3).
        incoming = those_seen(code.seen, there, context.settings)
        return _Read(
            on_sis=sis,
            incoming=incoming,
            decided=kept_decisions(work, import_, incoming, context.settings),
            were={
                key: once_here(work, import_.site_id, one)
                for key, one in incoming.items()
            },
            there=there.keys(),
        )


def _analyse(
    context: Context, import_: Import, on_progress: OnProgress | None
) -> Import:
    """Read, match and save; saving is refused if the import changed meanwhile."""
    try:
        read = _read(context, import_)
    except RevokedCodeError:  # what was read in is closed: no unit is inside another
        return _withdraw(context, import_)
    incoming, decided = read.incoming, read.decided
    present = [incoming[key] for key in import_.students if key in incoming]
    found = _find_candidates(context, import_, present, read.were, on_progress)
    suggestions = _suggest(context, import_.site_id, present, found, decided)
    undone = _undone(context, import_.site_id, present, suggestions)
    suggestions = [
        _apart(
            student, suggestion, found.of[student.key], read.were[student.key], undone
        )
        for student, suggestion in zip(present, suggestions, strict=True)
    ]
    suggestions = [
        _with_linked(
            context, student, suggestion, found.of[student.key], read.were[student.key]
        )
        for student, suggestion in zip(present, suggestions, strict=True)
    ]
    if read.on_sis:
        suggestions = [flag_unmatched(suggestion) for suggestion in suggestions]
    by_key = dict(zip((student.key for student in present), suggestions, strict=True))
    rows = [
        _row(incoming[key], by_key[key], found.of[key], decided.get(key))
        if key in incoming
        else _absent_row(key, decided.get(key), is_there=key in read.there)
        for key in import_.students
    ]
    return _save(context, import_, rows)


def _withdraw(context: Context, import_: Import) -> Import:
    """End an import whose code the source has revoked meanwhile (CODE-8)."""
    with context.unit_of_work() as work:
        cancelled = import_.after(ImportEvent.CANCEL, at=context.now())
        saved = end_unused(work, cancelled)
        work.commit()
    return saved


def _find_candidates(
    context: Context,
    import_: Import,
    incoming: Sequence[Student],
    were: Mapping[StudentKey, Collection[StudentKey]],
    on_progress: OnProgress | None,
) -> Candidates:
    """Fetch the candidates batch by batch and keep the progress (PREV-1).

    Raises:
        ConcurrentChangeError: The import was changed meanwhile, by a worker who has
            finished first or by a person; the progress is not this run's any more.
    """
    of: dict[StudentKey, Sequence[Student]] = {}
    truncated: set[StudentKey] = set()
    for start in range(0, len(incoming), _BATCH):
        batch = incoming[start : start + _BATCH]
        with context.unit_of_work(read_only=True) as work:
            found = candidates(work, import_.site_id, batch, context.settings, were)
        of |= found.of
        truncated |= found.truncated
        progress = Progress(start + len(batch), len(incoming))
        with context.unit_of_work() as work:
            if work.imports.get(import_.id) != import_:
                raise ConcurrentChangeError
            work.imports.set_progress(import_.id, progress)
            work.commit()
        if on_progress is not None:
            _tell(on_progress, progress)
    return Candidates(of, frozenset(truncated))


def _suggest(
    context: Context,
    site_id: SiteId,
    incoming: Sequence[Student],
    found: Candidates,
    decided: Mapping[StudentKey, KeptDecision],
) -> Sequence[Suggestion]:
    """Ask the matching, which alone decides.

    Raises:
        StudentTransferError: A host's matcher breaks a promise (PREV-3, PREV-4).
    """
    with context.unit_of_work(read_only=True) as work:
        counted = frequencies(work, site_id, incoming)
    chosen = {
        one.key: decided[one.key].match
        for one in incoming
        if one.key in decided and not decided[one.key].void
    }
    proposed = list(
        context.matcher(
            incoming,
            found.of,
            counted,
            context.settings,
            decided=chosen,
            truncated=found.truncated,
        )
    )
    _check(incoming, proposed, found.of, chosen)
    if context.matcher is suggest:  # it has looked, and at the whole import at once
        return proposed
    return [
        one
        if student.key in chosen
        else _flagged(student, one, found.of[student.key], counted, context.settings)
        for student, one in zip(incoming, proposed, strict=True)
    ]


def _flagged(
    student: Student,
    suggestion: Suggestion,
    candidates_: Sequence[Student],
    counted: Frequencies,
    settings: Settings,
) -> Suggestion:
    """Flag what a host's matcher proposes where a person has to decide (MATCH-4)."""
    match = _match_of(suggestion, candidates_)
    if match is None or suggestion.needs_review:
        return suggestion
    reasons = compare(student, match, counted, settings).review_reasons
    if not reasons:
        return suggestion
    why = "; ".join(filter(None, (suggestion.why, " and ".join(reasons))))
    return attrs.evolve(suggestion, needs_review=True, why=why)


def _check(
    incoming: Sequence[Student],
    proposed: Sequence[Suggestion],
    candidates_: Mapping[StudentKey, Sequence[Student]],
    chosen: Mapping[StudentKey, StudentKey | None],
) -> None:
    """Refuse what no matcher may propose; the library's own never does.

    Raises:
        StudentTransferError: Says which promise of a matcher is broken.
    """
    if len(proposed) != len(incoming):
        raise _broken("does not propose something for each student", "PREV-3")
    mine = [
        (one, {other.key for other in candidates_[student.key]})
        for student, one in zip(incoming, proposed, strict=True)
        if student.key not in chosen
    ]
    matches = [one.match for one, _ in mine if one.match is not None]
    if len(matches) > len(set(matches)) or not set(matches).isdisjoint(chosen.values()):
        raise _broken("proposes one student as the match of two", "PREV-4")
    for one, known in mine:
        if not isinstance(one.import_as, ImportAs):
            raise _broken("proposes to import as neither matched nor new", "PREV-3")
        if (one.match is not None) is not (one.import_as is ImportAs.MATCHED):
            raise _broken(
                "proposes a match without a student, or the reverse", "PREV-3"
            )
        if one.match is not None and one.match not in known:
            raise _broken("proposes a match that is no candidate", "PREV-3")


def _broken(what: str, rule: str) -> StudentTransferError:
    return StudentTransferError(
        f"The matcher {what}.",
        advice="Try the matcher's laws (student_transfer.testing.laws).",
        rule=rule,
    )


def _match_of(suggestion: Suggestion, candidates_: Sequence[Student]) -> Student | None:
    """Return the proposed match; None where none is proposed."""
    return next((one for one in candidates_ if one.key == suggestion.match), None)


_Undone = Mapping[StudentKey, frozenset[StudentRef]]
"""The records whose match with a student of the site a person has undone."""


def _undone(
    context: Context,
    site_id: SiteId,
    incoming: Sequence[Student],
    suggestions: Sequence[Suggestion],
) -> _Undone:
    """Find out whose matches people have undone with the students to be matched.

    Or with one who was merged into such a student since, or with whom one was one then.
    Without the records of others here, of which no match leaves a link.
    """
    matches = {
        one.match: student
        for student, one in zip(incoming, suggestions, strict=True)
        if one.match is not None
    }
    if not matches:
        return {}
    with context.unit_of_work(read_only=True) as work:
        absorbed = absorbed_by(work, site_id, matches.keys())
        others = {
            key: refs_of_others(work, site_id, student, key)
            for key, student in matches.items()
        }
        every = set[StudentKey]().union(*absorbed.values())
        undone = undone_matches(work, site_id, every)
    return {
        key: frozenset[StudentRef]().union(
            *(match.refs for one in keys for match in undone.get(one, ()))
        )
        - others[key]
        for key, keys in absorbed.items()
    }


def _apart(
    incoming: Student,
    suggestion: Suggestion,
    candidates_: Sequence[Student],
    were: Collection[StudentKey],
    undone: _Undone,
) -> Suggestion:
    """Leave a match to a person where a site keeps the two apart (MATCH-4).

    The source, or any site that both came from; or this site, where the incoming record
    once was another of its students, or a person has undone their match (AFTER-2).
    """
    match = _match_of(suggestion, candidates_)
    if match is None:
        return suggestion
    if incoming.refs & undone.get(match.key, frozenset()) - match.refs:
        return _left_to_a_person(suggestion, "a person has parted the two before")
    site = who_keeps_apart(incoming, match, were)
    if site is None:
        return suggestion
    why = "a site from which both came has the likeliest match as another student"
    if site == match.site_id:
        why = "the record came from another student of this site than the likeliest"
    elif site == incoming.site_id:
        why = "another student of that site was brought into the likeliest match"
    return _left_to_a_person(suggestion, why)


def _with_linked(
    context: Context,
    incoming: Student,
    suggestion: Suggestion,
    candidates_: Sequence[Student],
    were: Collection[StudentKey],
) -> Suggestion:
    """Leave one to a person who is unmatched, and on the site by the links (IMP-5).

    The record of the site may look like another child's: it was merged, or corrected.
    """
    if suggestion.match is not None:
        return suggestion
    known = {one.key for one in suggestion.candidates}
    linked = [one for one in candidates_ if are_linked(incoming, one, were)]
    unseen = [one for one in linked if one.key not in known]
    if not linked or (suggestion.needs_review and not unseen):
        return suggestion
    compared = [
        (one.key, compare(incoming, one, _NOT_COUNTED, context.settings))
        for one in unseen
    ]
    return attrs.evolve(
        suggestion,
        candidates=(
            *suggestion.candidates,
            *(Candidate(key, one.probability, one.why) for key, one in compared),
        ),
        needs_review=True,
        why=suggestion.why
        if suggestion.needs_review
        else "the record is linked with a student of this site who looks unlike it",
    )


def _left_to_a_person(suggestion: Suggestion, why: str) -> Suggestion:
    return attrs.evolve(
        suggestion, import_as=ImportAs.NEW, match=None, needs_review=True, why=why
    )


def _row(
    student: Student,
    suggestion: Suggestion,
    candidates_: Sequence[Student],
    decided: KeptDecision | None,
) -> ImportRow:
    """Put a row together; what a person decided stays while it can (PREV-7)."""
    if decided is not None and not decided.void:
        return attrs.evolve(decided.row, incoming=student, suggestion=suggestion)
    if decided is not None:
        suggestion = attrs.evolve(
            suggestion,
            needs_review=True,
            why=f"{suggestion.why}; what a person decided does not hold any more: "
            f"{decided.void}",
        )
    return ImportRow(
        source_key=student.key,
        incoming=student,
        suggestion=suggestion,
        decision=Decision(import_as=suggestion.import_as, match=suggestion.match),
        matched=_match_of(suggestion, candidates_),
    )


def _absent_row(
    key: StudentKey, decided: KeptDecision | None, *, is_there: bool
) -> ImportRow:
    """Put the row of one together who is not on the source site (IMP-10).

    Or in whose place another is there, whom the code is not for (CODE-3). What a person
    decided is still to be seen, and keeps the match from nobody.
    """
    reason = Reason.NOT_OF_CODE if is_there else Reason.NOT_ON_SOURCE
    proposed = Suggestion(import_as=ImportAs.NEW, why=reason.value)
    if decided is not None:
        return attrs.evolve(decided.row, incoming=None, suggestion=proposed)
    return ImportRow(
        source_key=key,
        incoming=None,
        suggestion=proposed,
        decision=Decision(import_as=ImportAs.NEW),
    )


def _save(context: Context, import_: Import, rows: Sequence[ImportRow]) -> Import:
    """Make the preview ready, unless the import was changed since it was read."""
    with context.unit_of_work() as work:
        ready = import_.after(ImportEvent.ANALYSED, at=context.now())
        saved = work.imports.save(ready)
        work.imports.put_rows(import_.id, rows)
        work.imports.set_progress(import_.id, Progress(len(rows), len(rows)))
        work.commit()
    return saved
