"""Whether records are still of the same children as before (IMP-8, MATCH-4).

Between the preview and the import students come, go, are merged and edited, and a
host may give a key to another child. A decision names students by key, so what was
seen when it was taken is kept with it and compared with what is there now.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import attrs

from student_transfer.imports import ImportRow
from student_transfer.matching import (
    NOT_COUNTED,
    Comparison,
    Level,
    Settings,
    compare,
)
from student_transfer.outcomes import Reason
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey, StudentRef

_IDENTITY = (
    "given_name",
    "middle_name",
    "family_name",
    "preferred_name",
    "date_of_birth",
    "national_id",
)
_LEAST_SURE = 0.99  # nobody looks at the two, so no settings make less enough


@attrs.frozen
class MatchTarget:
    """The student with whom an incoming one is merged.

    Attributes:
        now: The student as of now.
        seen: The same student as when it was decided, or as a merge since left it.
    """

    now: Student
    seen: Student


def still_same(seen: Student, now: Student, settings: Settings) -> bool:
    """Return whether a key names the child it named when the student was last seen.

    A child may have been given the key of another, so that the key, the student ID and
    the provenance are the same proves nothing. Names and date of birth have to agree as
    they do in a match that nobody looks at: with the probability of
    `Settings.sure_threshold`, and never less than 0.99. Where the family name is quite
    another, the given name has to be the very same, and so has the whole date of birth
    or the national identifier; and no identifier may differ.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron")
    >>> amy = Student(key="1", site_id="a", given_name="Amy", family_name="Byron")
    >>> still_same(ada, ada, Settings()), still_same(ada, amy, Settings())
    (True, False)
    >>> from datetime import date
    >>> known = attrs.evolve(ada, date_of_birth=date(2015, 12, 10))
    >>> still_same(known, attrs.evolve(known, family_name="King"), Settings())
    True
    """
    if _identity(seen) == _identity(now):
        return True
    other = StudentKey(f"not {now.key}")  # records of one key are always one child's
    before = attrs.evolve(seen, key=other, student_id="", provenance=())
    after = attrs.evolve(now, student_id="", provenance=())
    found = compare(before, after, NOT_COUNTED, settings)
    if found.review_reasons or (
        _is_renamed(found) and not _is_known_by_the_rest(found)
    ):
        return False
    return found.probability >= max(settings.sure_threshold, _LEAST_SURE)


def _is_renamed(found: Comparison) -> bool:
    """Return whether the family name is quite another, as after a marriage."""
    return found.levels.get("family_name") is Level.DIFFERENT


def _is_known_by_the_rest(found: Comparison) -> bool:
    """Return whether a child is known by the rest, under another family name.

    That neither the date of birth nor an identifier agrees is a reason for review, and
    those were asked before. So another child with the key would need both the very
    given name and the birthday.
    """
    same_given_name = found.levels.get("given_name") is Level.EXACT
    return same_given_name and not found.has_other_identifier


def _identity(student: Student) -> tuple[Any, ...]:
    """Return what tells one child from another."""
    return tuple(getattr(student, field) for field in _IDENTITY)


def known_by(student: Student) -> Student:
    """Return no more of a student than what tells one child from another.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", email="ada@x.org")
    >>> known_by(ada).given_name, known_by(ada).email
    ('Ada', '')
    """
    fields = dict(zip(_IDENTITY, _identity(student), strict=True))
    return Student(key=student.key, site_id=student.site_id, **fields)


def those_seen(
    seen: Iterable[Student], now: Mapping[StudentKey, Student], settings: Settings
) -> dict[StudentKey, Student]:
    """Return those students who are still the children they were (CODE-3).

    Args:
        seen: The students as they were; who is not among them is taken to be the same.
        now: The students as of now, by key.
        settings: The thresholds of the matching.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron")
    >>> zed = Student(key="1", site_id="a", given_name="Zed", family_name="Moss")
    >>> those_seen([ada], {"1": zed}, Settings())
    {}
    """
    before = {student.key: student for student in seen}
    return {
        key: student
        for key, student in now.items()
        if key not in before or still_same(before[key], student, settings)
    }


def check_source(row: ImportRow, source: Student, settings: Settings) -> Reason | None:
    """Return why an incoming student is not the one of the preview, if so (IMP-8).

    For a row that had no student in the preview the reason stays that of the preview.
    """
    if row.incoming is None:
        of_another = row.absence is Reason.NOT_OF_CODE
        return Reason.NOT_OF_CODE if of_another else Reason.NOT_IN_PREVIEW
    if not still_same(row.incoming, source, settings):
        return Reason.SOURCE_CHANGED
    return None


def still_fits(
    row: ImportRow, source: Student, target: MatchTarget, settings: Settings
) -> bool:
    """Return whether a decided match is still one of the same two children (IMP-8).

    There may be no reason for review that was not there before: either record may have
    been edited since or filled by another import, and the match may have been merged
    into another child.

    Args:
        row: What was seen and decided.
        source: The incoming student as of now.
        target: Whom the match means now; see `follow_match`.
        settings: The thresholds of the matching.
    """
    seen, matched = row.incoming or source, row.matched or target.seen
    as_then = _identity(source) == _identity(seen) and _identity(
        target.now
    ) == _identity(target.seen)
    moved = target.now.key != matched.key
    if as_then and not moved:
        return True
    now = compare(source, target.now, NOT_COUNTED, settings)
    if moved and _is_another_child(now, compare(seen, matched, NOT_COUNTED, settings)):
        return False
    if as_then:
        return True
    before = compare(seen, target.seen, NOT_COUNTED, settings)
    has_more = not set(now.review_reasons) <= set(before.review_reasons)
    return not has_more and not _has_other_identifier(now, before)


def _is_another_child(now: Comparison, before: Comparison) -> bool:
    """Return whether two differ plainly now in a way that they did not before.

    Given name, date of birth and national identifier tell children apart. That somebody
    merged two children is no reason to bring a third one's data there.
    """
    if now.has_other_given_name and not before.has_other_given_name:
        return True
    if _has_other_identifier(now, before):
        return True
    return now.has_other_birth and not before.has_other_birth


def _has_other_identifier(now: Comparison, before: Comparison) -> bool:
    """Return whether national identifiers differ that did not before."""
    return now.has_other_identifier and not before.has_other_identifier


def are_linked(
    incoming: Student, student: Student, were: Collection[StudentKey] = ()
) -> bool:
    """Return whether two records are of one child by where they came from (IMP-5).

    The student came from the incoming record, or the incoming record came from the
    student, at once or through merges; or both came from a third record. And no site
    keeps the two apart (MATCH-4). They need not look alike: somebody may have corrected
    either, or another child may have the key by now.

    Args:
        incoming: A student who comes.
        student: A student of the site that the other one comes to.
        were: The students of that site that the incoming record once was.

    >>> here = Student(key="7", site_id="c", provenance={StudentRef("a", "1")})
    >>> ada = Student(key="1", site_id="a")
    >>> are_linked(ada, here), are_linked(here, ada), are_linked(here, ada, {"1"})
    (True, False, True)
    """
    linked = student.key in were or not incoming.refs.isdisjoint(student.provenance)
    return linked and not are_kept_apart(incoming, student, were)


def are_kept_apart(
    incoming: Student, student: Student, were: Collection[StudentKey] = ()
) -> bool:
    """Return whether some site keeps two records apart; see `who_keeps_apart`."""
    return who_keeps_apart(incoming, student, were) is not None


def who_keeps_apart(
    incoming: Student, student: Student, were: Collection[StudentKey] = ()
) -> SiteId | None:
    """Return a site that keeps two records apart, if any does (MATCH-4).

    A site keeps two of its students apart until a person merges them. So two records
    are apart where both are, or were, students of one site, but never the same student
    of it, whichever sites they came by since. A record that was brought to the student
    before is not kept apart from it.

    Of several sites it is the student's own, else the one that the other record comes
    from, else any.

    Args:
        incoming: A student who comes.
        student: A student of the site that the other one comes to.
        were: The students of that site that the incoming record once was, through
            merges too; see `student_transfer.services.merge_history.once_here`.

    >>> once = {StudentRef("a", "1")}
    >>> here = Student(key="7", site_id="c", provenance=once)
    >>> sister = Student(key="x", site_id="b", provenance={StudentRef("a", "2")})
    >>> who_keeps_apart(sister, here)
    'a'
    >>> who_keeps_apart(Student(key="x", site_id="b", provenance=once), here)
    """
    here = student.site_id
    if incoming.ref in student.provenance:
        return None
    came, is_from = _by_site(incoming), _by_site(student)
    is_other = bool(were) and student.key not in were
    if is_other and came.get(here, set()).isdisjoint(is_from[here]):
        return here
    apart = sorted(
        site
        for site in came.keys() & is_from.keys()
        if site != here and came[site].isdisjoint(is_from[site])
    )
    from_ = incoming.site_id
    return from_ if from_ in apart else next(iter(apart), None)


def _by_site(student: Student) -> dict[SiteId, set[StudentRef]]:
    """Return what a record is and was, as references by site."""
    found: dict[SiteId, set[StudentRef]] = {}
    for ref in student.refs:
        found.setdefault(ref.site_id, set()).add(ref)
    return found
