"""Where a student's data lands: each decision is checked again (IMP-8).

Between the preview and the import students come, go, are merged and edited, and a
host may give a key to another child. A decision names students by key, so what was
seen when it was taken is kept with it and compared with what is there now.
"""

import attrs

from student_transfer.imports import Import, ImportRow, Reason
from student_transfer.matching import (
    Comparison,
    Frequencies,
    ImportAs,
    Level,
    Settings,
    blocking_keys,
    compare,
)
from student_transfer.ports import UnitOfWork
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

_IDENTITY = (
    "given_name",
    "middle_name",
    "family_name",
    "preferred_name",
    "date_of_birth",
    "national_id",
)
_NOBODY = Frequencies(0)  # no name is taken for rare
_SAME = 0.99  # from this probability on an edited record is the one that was seen


@attrs.frozen
class Landing:
    """The student with whom an incoming one is merged.

    Attributes:
        now: The student as of now.
        seen: The same student as when it was decided, or as a merge since left it.
    """

    now: Student
    seen: Student


def still_same(seen: Student, now: Student, settings: Settings) -> bool:
    """Say whether a key names the child it named when the student was last seen.

    That the two have one key, one student ID and one provenance proves nothing: what
    has to be told apart is a child who got the key of another. Names and date of
    birth have to agree as an automatic match asks for.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron")
    >>> amy = Student(key="1", site_id="a", given_name="Amy", family_name="Byron")
    >>> still_same(ada, ada, Settings()), still_same(ada, amy, Settings())
    (True, False)
    """
    if _identity(seen) == _identity(now):
        return True
    before = attrs.evolve(seen, key=StudentKey(""), student_id="", provenance=())
    after = attrs.evolve(now, student_id="", provenance=())
    found = compare(before, after, _NOBODY, settings)
    renamed = found.levels.get("family_name") is Level.DIFFERENT
    return not found.bars and not renamed and found.probability >= _SAME


def _identity(student: Student) -> tuple[object, ...]:
    """Give what tells one child from another."""
    return tuple(getattr(student, field) for field in _IDENTITY)


def check_source(row: ImportRow, source: Student, settings: Settings) -> Reason | None:
    """Say why an incoming student is not the one of the preview, if so (IMP-8)."""
    if row.incoming is None:
        return Reason.NOT_IN_PREVIEW
    if not still_same(row.incoming, source, settings):
        return Reason.SOURCE_CHANGED
    return None


def find_landing(
    uow: UnitOfWork,
    import_: Import,
    row: ImportRow,
    source: Student,
    settings: Settings,
) -> Landing | Reason | None:
    """Say whom the data lands on now: a student, a new one, or nobody and why.

    A match that was merged since is followed to the survivor, unless that is another
    row's student (PREV-4). A new student whom another import has brought since the
    preview is not brought as a second one (IMP-5).

    Args:
        uow: The transaction in which the student is brought.
        import_: The import.
        row: What was seen and decided.
        source: The incoming student as of now.
        settings: The thresholds of the matching.
    """
    if row.decision.import_as is ImportAs.NEW:
        return _brought_since(uow, import_, row, source, settings)
    found = follow_match(uow, import_.site_id, row, settings)
    if isinstance(found, Reason):
        return found
    moved = found.now.key != row.decision.match
    if moved and _taken_by_other(uow, import_, row, found.now.key):
        return Reason.MATCH_TAKEN
    if not still_fits(row, source, found, settings):
        return Reason.MATCH_CHANGED
    return Reason.MATCH_TAKEN if _another_came(row, source, found) else found


def still_fits(
    row: ImportRow, source: Student, landing: Landing, settings: Settings
) -> bool:
    """Say whether a decided match is still one of the same two children (IMP-8).

    Nothing may bar it now that did not before: either record may have been edited since
    or filled by another import, and the match may have been merged into another child.

    Args:
        row: What was seen and decided.
        source: The incoming student as of now.
        landing: Whom the match means now; see `follow_match`.
        settings: The thresholds of the matching.
    """
    seen, matched = row.incoming or source, row.matched or landing.seen
    as_then = _identity(source) == _identity(seen) and _identity(
        landing.now
    ) == _identity(landing.seen)
    moved = landing.now.key != matched.key
    if as_then and not moved:
        return True
    now = compare(source, landing.now, _NOBODY, settings)
    if moved and _is_another_child(now, compare(seen, matched, _NOBODY, settings)):
        return False
    if as_then:
        return True
    before = compare(seen, landing.seen, _NOBODY, settings)
    barred = not set(now.bars) <= set(before.bars)
    return not barred and not _has_other_identifier(now, before)


def _is_another_child(now: Comparison, before: Comparison) -> bool:
    """Say whether what tells children apart plainly differs that did not before.

    It is given name, date of birth and national identifier. That somebody merged two
    children is no reason to bring a third one's data there.
    """
    if now.has_other_given_name and not before.has_other_given_name:
        return True
    if _has_other_identifier(now, before):
        return True
    return now.has_other_birth and not before.has_other_birth


def _has_other_identifier(now: Comparison, before: Comparison) -> bool:
    """Say whether national identifiers differ that did not before."""
    return now.has_other_identifier and not before.has_other_identifier


def another_is_in(student: Student, incoming: Student) -> bool:
    """Say whether another record of the same source site was brought into a student.

    The source keeps the two apart, so they are two children until a person says else.
    """
    same = {ref for ref in student.provenance if ref.site_id == incoming.site_id}
    return bool(same) and incoming.ref not in same


def _another_came(row: ImportRow, source: Student, landing: Landing) -> bool:
    """Say whether that is so only since the match was decided (PREV-4, MATCH-4).

    A person who decided did not know of it.
    """
    before = row.matched or landing.seen
    return another_is_in(landing.now, source) and not another_is_in(before, source)


def follow_match(
    uow: UnitOfWork, site_id: SiteId, row: ImportRow, settings: Settings
) -> Landing | Reason:
    """Find the matched student as of now, following merges since (IMP-8)."""
    seen, passed, reason = row.matched, set[StudentKey](), Reason.MATCH_GONE
    while seen is not None and seen.key not in passed:
        passed.add(seen.key)
        now = uow.roster.students(site_id, [seen.key]).get(seen.key)
        if now is not None and still_same(seen, now, settings):
            return Landing(now, seen)
        if now is not None:
            reason = Reason.MATCH_CHANGED
        merge = uow.merges.absorbing(site_id, seen.key)
        if merge is None or not still_same(seen, merge.absorbed.student, settings):
            break
        seen = merge.result.student
    return reason


def _taken_by_other(
    uow: UnitOfWork, import_: Import, row: ImportRow, key: StudentKey
) -> bool:
    """Say whether a student is another row's match, or was brought by it (PREV-4)."""
    return any(
        key == other.decision.match
        or (other.outcome is not None and key == other.outcome.student)
        for other in uow.imports.rows(import_.id)
        if other.source_key != row.source_key
    )


def _brought_since(
    uow: UnitOfWork,
    import_: Import,
    row: ImportRow,
    source: Student,
    settings: Settings,
) -> Landing | None:
    """Find the one student whom another import made of this very record (IMP-5).

    Or of one that this record came from, or that both came from: the child may have
    come by two sites at once. What a person decided stays: then the student is a new
    one in any case.
    """
    if row.decision.by_person:
        return None
    link = Student(key=source.key, site_id=source.site_id, provenance=source.provenance)
    refs = source.provenance | {source.ref}
    keys = blocking_keys(link)
    blocked = uow.roster.blocked(import_.site_id, keys, settings.per_key_limit)
    linked = frozenset[StudentKey]().union(*blocked.students.values())
    found = [
        student
        for student in uow.roster.students(import_.site_id, linked).values()
        if refs & student.provenance and still_same(source, student, settings)
    ]
    if len(found) != 1 or _taken_by_other(uow, import_, row, found[0].key):
        return None
    return Landing(found[0], found[0])
