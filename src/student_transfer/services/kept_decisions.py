"""What people decided in an earlier preview, and whether it still holds (PREV-7)."""

from collections import Counter
from collections.abc import Mapping

import attrs

from student_transfer.identity import check_source
from student_transfer.imports import Import, ImportRow
from student_transfer.matching import Settings
from student_transfer.outcomes import Reason
from student_transfer.ports import UnitOfWork
from student_transfer.services.match_target import follow_match, why_match_ended
from student_transfer.students import Student, StudentKey


@attrs.frozen
class KeptDecision:
    """A decision of a person, as it stands at the next analysis.

    Attributes:
        row: The row as it was; its match is the survivor of a merge since.
        void: Why the decision does not hold any more, if so.
    """

    row: ImportRow
    void: str = ""

    @property
    def match(self) -> StudentKey | None:
        """The chosen student; None for a new one."""
        return self.row.decision.match


_VOID_BEFORE = "it was so in an earlier preview"


def kept_decisions(
    work: UnitOfWork,
    import_: Import,
    incoming: Mapping[StudentKey, Student],
    settings: Settings,
) -> dict[StudentKey, KeptDecision]:
    """Return what people have decided in an earlier preview (PREV-7).

    A decision that did not hold once stays void until a person looks again. So is one
    whose match was merged into the match of another row (PREV-4). The match of a
    student who was, or is, not on the source site does not count there: nothing of
    theirs can arrive, and what was decided about them ends when they return.
    """
    edited = {edit.source_key for edit in work.imports.edits(import_.id)}
    before = {row.source_key: row for row in work.imports.rows(import_.id)}
    found: dict[StudentKey, KeptDecision] = {}
    for key, row in before.items():
        if row.decision.by_person:
            source = incoming.get(key)
            found[key] = _still_decided(work, import_, row, source, settings)
        elif key in edited:
            found[key] = KeptDecision(row, _VOID_BEFORE)
    now = {
        key: found[key].match if key in found else row.decision.match
        for key, row in before.items()
    }
    held = Counter(
        now[key]
        for key, row in before.items()
        if row.incoming is not None and key in incoming
    )
    return {
        key: KeptDecision(before[key], Reason.MATCH_TAKEN.value)
        if now[key] != before[key].decision.match and held[now[key]] > 1
        else one
        for key, one in found.items()
    }


def _still_decided(
    work: UnitOfWork,
    import_: Import,
    row: ImportRow,
    source: Student | None,
    settings: Settings,
) -> KeptDecision:
    """Return whether a decision is still about the children it was taken for (IMP-8).

    The student as seen when it was taken is kept, so that an undone merge is followed
    back.
    """
    if source is None:
        return KeptDecision(row)
    void = check_source(row, source, settings)
    if void is not None:
        return KeptDecision(row, void.value)
    if row.decision.match is None:
        return KeptDecision(row)
    found = follow_match(work, import_.site_id, row, settings)
    if isinstance(found, Reason):
        return KeptDecision(row, found.value)
    reason = why_match_ended(work, import_, row, source, found, settings=settings)
    if reason is not None:
        return KeptDecision(row, reason.value)
    decision = attrs.evolve(row.decision, match=found.now.key)
    return KeptDecision(attrs.evolve(row, decision=decision))
