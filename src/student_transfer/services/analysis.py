"""The background step that finds matches for the students of an import (PREV-1)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import attrs

from student_transfer.errors import (
    ConcurrentChangeError,
    ImportFailedError,
    NotFoundError,
    RevokedCodeError,
)
from student_transfer.imports import (
    Decision,
    Import,
    ImportEvent,
    ImportId,
    ImportRow,
    ImportState,
    Progress,
    Reason,
    flag_unmatched,
    reference_code,
)
from student_transfer.matching import (
    BlockingKey,
    Frequencies,
    ImportAs,
    Settings,
    Suggestion,
    Term,
    blocking_keys,
    suggest,
    terms,
)
from student_transfer.ports import UnitOfWork
from student_transfer.services.context import (
    Context,
    OnProgress,
    get_site,
    held_code,
)
from student_transfer.services.receiving import end_unused
from student_transfer.sites import RosterSource, SiteId
from student_transfer.students import Student, StudentKey

_BATCH = 200  # incoming students whose candidates are fetched at once


@attrs.frozen
class _Candidates:
    """What the storage proposes for the incoming students."""

    of: Mapping[StudentKey, Sequence[Student]]
    truncated: frozenset[StudentKey]


def analyse(
    context: Context, import_id: ImportId, on_progress: OnProgress | None = None
) -> Import:
    """Match the incoming students and make the preview ready.

    Only an import that is being analysed is touched, so calling this twice, from two
    workers at once, or again after a crash does no harm: whoever finishes first has
    made the preview, and nothing of an unfinished run is kept (PREV-7).

    Raises:
        NotFoundError: There is no such import.
        ImportFailedError: The analysis failed; it carries a reference code and the
            cause. The import stays due and can be analysed again.
    """
    try:
        return _analyse(context, import_id, on_progress)
    except (ConcurrentChangeError, NotFoundError):
        return _current(context, import_id)
    except Exception as error:
        reference = reference_code(context.randomness)
        _mark_failed(context, import_id, reference)
        raise ImportFailedError(reference) from error


def _current(context: Context, import_id: ImportId) -> Import:
    """Give the import as somebody else has left it."""
    with context.unit_of_work(read_only=True) as uow:
        import_ = uow.imports.get(import_id)
    if import_ is None:
        raise NotFoundError.of("import")
    return import_


def _mark_failed(context: Context, import_id: ImportId, reference: str) -> None:
    """Show the reference code with the import that could not be analysed."""
    with context.unit_of_work() as uow:
        import_ = uow.imports.get(import_id)
        if import_ is not None and import_.state is ImportState.ANALYSING:
            event = ImportEvent.ANALYSIS_FAILED
            at = context.clock()
            uow.imports.save(import_.after(event, at=at, reference=reference))
            uow.commit()


def _analyse(
    context: Context, import_id: ImportId, on_progress: OnProgress | None
) -> Import:
    """Read, match and save; saving is refused if the import changed meanwhile."""
    with context.unit_of_work(read_only=True) as uow:
        import_ = uow.imports.get(import_id)
        if import_ is None:
            raise NotFoundError.of("import")
        if import_.state is not ImportState.ANALYSING:
            return import_
        try:
            held_code(uow, import_)
        except RevokedCodeError:
            return _withdraw(context, import_)
        decided = _decided_by_people(uow, import_id)
        sis = get_site(uow, import_.site_id).roster_source is RosterSource.SIS
        incoming = uow.source.students(import_.source_site_id, import_.students)
    present = [incoming[key] for key in import_.students if key in incoming]
    found = _find_candidates(context, import_, present, on_progress)
    suggestions = _suggest(context, import_.site_id, present, found, decided)
    if sis:
        suggestions = [flag_unmatched(suggestion) for suggestion in suggestions]
    by_key = dict(zip((student.key for student in present), suggestions, strict=True))
    rows = [
        _row(key, incoming.get(key), by_key.get(key), decided)
        for key in import_.students
    ]
    return _save(context, import_, rows)


def _withdraw(context: Context, import_: Import) -> Import:
    """End an import whose code the source has revoked meanwhile (CODE-8)."""
    with context.unit_of_work() as uow:
        cancelled = import_.after(ImportEvent.CANCEL, at=context.clock())
        saved = end_unused(uow, cancelled)
        uow.commit()
    return saved


def _decided_by_people(
    uow: UnitOfWork, import_id: ImportId
) -> dict[StudentKey, Decision]:
    """Give what people have decided in an earlier preview; it stays (PREV-7)."""
    return {
        row.source_key: row.decision
        for row in uow.imports.rows(import_id)
        if row.decision.by_person
    }


def _find_candidates(
    context: Context,
    import_: Import,
    incoming: Sequence[Student],
    on_progress: OnProgress | None,
) -> _Candidates:
    """Fetch the candidates batch by batch and keep the progress (PREV-1)."""
    of: dict[StudentKey, Sequence[Student]] = {}
    truncated: set[StudentKey] = set()
    for start in range(0, len(incoming), _BATCH):
        batch = incoming[start : start + _BATCH]
        with context.unit_of_work(read_only=True) as uow:
            found = candidates(uow, import_.site_id, batch, context.settings)
        of |= found.of
        truncated |= found.truncated
        progress = Progress(start + len(batch), len(incoming))
        with context.unit_of_work() as uow:
            uow.imports.set_progress(import_.id, progress)
            uow.commit()
        if on_progress is not None:
            on_progress(progress)
    return _Candidates(of, frozenset(truncated))


def candidates(
    uow: UnitOfWork, site_id: SiteId, incoming: Sequence[Student], settings: Settings
) -> _Candidates:
    """Fetch the students of the site who share a blocking key with an incoming one."""
    keys_of = {student.key: blocking_keys(student) for student in incoming}
    every = frozenset[BlockingKey]().union(*keys_of.values())
    blocked = uow.roster.blocked(site_id, every, settings.per_key_limit)
    found: dict[StudentKey, set[StudentKey]] = defaultdict(set)
    for incoming_key, keys in keys_of.items():
        for key in keys:
            found[incoming_key] |= blocked.students.get(key, frozenset())
    wanted = set[StudentKey]().union(*found.values())
    students = uow.roster.students(site_id, wanted)
    return _Candidates(
        of={
            key: [students[one] for one in sorted(found[key]) if one in students]
            for key in keys_of
        },
        truncated=frozenset(
            key for key, keys in keys_of.items() if keys & blocked.overflowing
        ),
    )


def frequencies(
    uow: UnitOfWork, site_id: SiteId, students: Sequence[Student]
) -> Frequencies:
    """Count how often the students' names occur on the site (MATCH-5)."""
    wanted = frozenset[Term]().union(*(terms(student) for student in students))
    return Frequencies(
        size=uow.roster.size(site_id), counts=uow.roster.frequencies(site_id, wanted)
    )


def _suggest(
    context: Context,
    site_id: SiteId,
    incoming: Sequence[Student],
    found: _Candidates,
    decided: Mapping[StudentKey, Decision],
) -> Sequence[Suggestion]:
    """Ask the matching, which alone decides."""
    with context.unit_of_work(read_only=True) as uow:
        counted = frequencies(uow, site_id, incoming)
    return suggest(
        incoming,
        found.of,
        counted,
        context.settings,
        decided={key: decision.match for key, decision in decided.items()},
        truncated=found.truncated,
    )


def _row(
    key: StudentKey,
    student: Student | None,
    suggestion: Suggestion | None,
    decided: Mapping[StudentKey, Decision],
) -> ImportRow:
    """Put a row together; one who is no longer on the source site has no match."""
    proposed = suggestion or Suggestion(
        import_as=ImportAs.NEW, why=Reason.NOT_ON_SOURCE.value
    )
    decision = decided.get(key) or Decision(
        import_as=proposed.import_as, match=proposed.match
    )
    return ImportRow(
        source_key=key, incoming=student, suggestion=proposed, decision=decision
    )


def _save(context: Context, import_: Import, rows: Sequence[ImportRow]) -> Import:
    """Make the preview ready, unless the import was changed since it was read."""
    with context.unit_of_work() as uow:
        ready = import_.after(ImportEvent.ANALYSED, at=context.clock())
        saved = uow.imports.save(ready)
        uow.imports.put_rows(import_.id, rows)
        uow.imports.set_progress(import_.id, Progress(len(rows), len(rows)))
        uow.commit()
    return saved
