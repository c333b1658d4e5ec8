"""An applied match is undone: two children who became one record are two again.

A merge of duplicates is undone exactly or not at all (AFTER-2). A wrong match of an
import is found later, when the child of the site has gone on: so it is taken back as
far as nobody has changed it since. What an import brought goes to a record of its own,
and everything else stays where it is, so no record is lost (CONF-5).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

import attrs

from student_transfer.imports import ImportId
from student_transfer.merges import Merge, Snapshot, stood_at, who_became
from student_transfer.merging import Taken
from student_transfer.permissions import ActorId
from student_transfer.records import Origin
from student_transfer.reverting import as_in, give_again, take_back
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Student, StudentKey, StudentRef


def _sorted(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    """Return origins in order, so that equal ones are stored alike."""
    return tuple(sorted(origins))


@attrs.frozen(kw_only=True)
class AppliedMatch:
    """A match that an import has applied: the merge of two students, kept to be undone.

    Attributes:
        import_id: The import.
        source_key: The student's key on the source site.
        site_id: The site that the student came to.
        school_id: The school of that site.
        source: The student of the source site, as the import brought it.
        before: The student of the site, as before the import.
        after: The student of the site, as the import left it.
        added: The origins of the records that the import added to this student, in
            order.
        arrived_at: When the import brought the student.
        already_there: The origins of those of the source's records that this student
            had before.
        undone_at: When it was undone, if it was.
        undone_by: Who undid it.
    """

    import_id: ImportId
    source_key: StudentKey
    site_id: SiteId
    school_id: SchoolId
    source: Student
    before: Student
    after: Student
    added: tuple[Origin, ...] = attrs.field(repr=False, converter=_sorted)
    arrived_at: datetime
    already_there: tuple[Origin, ...] = attrs.field(
        default=(), repr=False, converter=_sorted
    )
    undone_at: datetime | None = None
    undone_by: ActorId | None = None

    @property
    def kept(self) -> frozenset[Origin]:
        """The origins of those of the source's records that this student had then."""
        return frozenset(self.added) | frozenset(self.already_there)

    @property
    def refs(self) -> frozenset[StudentRef]:
        """The record that came, and all records from which that one came."""
        return self.source.refs


@attrs.frozen(kw_only=True)
class RevertedStudent:
    """What becomes of the student of the site when matches are undone.

    Attributes:
        student: The student of the site.
        others: The other matches that change with it, as they are once those that are
            undone have never been applied.
        changed_since: The fields that the import filled and that somebody, or a merge,
            has changed since: they stay as they are.
    """

    student: Student
    others: tuple[AppliedMatch, ...] = ()
    changed_since: tuple[str, ...] = ()


def of_same_child(
    applied_match: AppliedMatch, standing: Sequence[AppliedMatch]
) -> list[AppliedMatch]:
    """Return a match and those of the same child, in the order of ``standing``.

    Matches are of the same child if they came from a record in common. Both matches of
    a child who came twice to the same student are undone, or what came the second time
    would stay.

    Args:
        applied_match: The one that is undone.
        standing: All matches with the student of the site that stand, this one
            included.
    """
    refs, rest = set(applied_match.refs), list(standing)
    while more := [one for one in rest if not refs.isdisjoint(one.refs)]:
        refs = refs.union(*(one.refs for one in more))
        rest = [one for one in rest if one not in more]
    return [one for one in standing if not refs.isdisjoint(one.refs)]


def is_own_record(applied_matches: Iterable[AppliedMatch]) -> bool:
    """Return whether a child was matched with a record that was the child's already.

    Then the record of the site had come from the same record before, or a person had
    merged it with one that had, and there is nothing to undo. That the child's record
    came from the record of the site is no proof: that may be another site's wrong
    match.

    Args:
        applied_matches: Those of one child; see `of_same_child`. It is enough that one
            of them joined two separate records: later ones only found the link that it
            had left.
    """
    return not any(
        one.refs.isdisjoint(one.before.provenance) for one in applied_matches
    )


def told_apart_from(
    applied_match: AppliedMatch, merges: Iterable[Merge]
) -> set[StudentKey]:
    """Return the students from whom undoing a match has told a child apart (AFTER-2).

    They are the student with whom the child was matched, and all whom merges had made
    that student when the match was undone: the person has said that the child is none
    of them.

    Args:
        applied_match: The match; one that stands tells the child apart from nobody.
        merges: The merges by which others became this student, at once or by steps;
            also those that were undone since.
    """
    at = applied_match.undone_at
    if at is None:
        return set()
    return who_became(
        applied_match.after.key, (one for one in merges if stood_at(one, at))
    )


@attrs.frozen(kw_only=True)
class MatchHistory:
    """What has become of the student of an applied match that is to be undone.

    Attributes:
        applied_match: The match.
        now: The student of the site as of now.
        standing: The applied matches that stand, with this student or with any who
            became this student, oldest first; this one included.
        merges: The merges by which others became this student, and which stand.
        undone_before: The matches with any of them that were undone before.
        undone: The matches that are undone now: those of the child, newest first; see
            `of_same_child`.
    """

    applied_match: AppliedMatch
    now: Student
    standing: Sequence[AppliedMatch]
    merges: Sequence[Merge] = ()
    undone_before: Sequence[AppliedMatch] = ()
    undone: tuple[AppliedMatch, ...] = attrs.field(init=False)

    @undone.default
    def _of_same_child(self) -> tuple[AppliedMatch, ...]:
        return tuple(of_same_child(self.applied_match, self.standing)[::-1])

    @property
    def keys(self) -> set[StudentKey]:
        """The key of the student, and those of all who became this student."""
        return who_became(self.now.key, self.merges)

    def is_own_record(self) -> bool:
        """Return whether the record of the site is the child's own (AFTER-2).

        It was so before the match, or a person has merged the child's own record with
        it: one with a link to the child that no match has left. Then there is nothing
        to undo.
        """
        return is_own_record(self.undone) or self._is_merged_by_hand()

    def records_that_go(self) -> set[Origin]:
        """Return the origins of the records that go with the child (CONF-5).

        They are those that the undone matches have added, and not what a merge or
        another match that stands would have brought as well: that is the other child's.
        """
        stay = set[Origin]().union(*(one.kept for one in self._others()))
        go = set[Origin]()
        for one in self.undone:
            others = {
                record.origin
                for _, other in self._merged_since(one)
                for record in other.records
            }
            go |= set(one.added) - stay - others
        return go

    def reverted(self, taken: Taken) -> RevertedStudent:
        """Return the student of the site without what the match had filled (CONF-2).

        A value stays that is not as the import left it: somebody has corrected it
        since. A blank that would have been filled later, too, is filled from there: by
        another match, of which it counts as filled from then on, or by a merge of
        duplicates.

        Args:
            taken: Returns which of some identifiers another student has.
        """
        student, changed = self.now, set[str]()
        others = {one: one for one in self._others()}
        for goes in self.undone:
            had = student
            student, stay = take_back(had, goes.before, goes.after)
            changed |= stay
            left = had.enrolments - student.enrolments
            for refill in self._refills(goes):
                filled = refill.fill(student, had, taken)
                by = refill.applied_match
                if by is not None:
                    others[by] = _with_refilled(others[by], left, student, filled)
                student = filled
        return RevertedStudent(
            student=student,
            others=tuple(new for old, new in others.items() if new != old),
            changed_since=tuple(sorted(changed)),
        )

    def _others(self) -> list[AppliedMatch]:
        """Return the matches that stand and are not undone, oldest first."""
        return [one for one in self.standing if one not in self.undone]

    def _refills(self, applied_match: AppliedMatch) -> list["_Refill"]:
        """Return what would have filled the student after a match, in order of time."""
        later = self.standing[self.standing.index(applied_match) + 1 :]
        refills = [
            *(_Refill.of_match(one) for one in later if one not in self.undone),
            *(_Refill.of_merge(*each) for each in self._merged_since(applied_match)),
        ]
        return sorted(refills, key=lambda refill: refill.at)

    def _merged_since(
        self, applied_match: AppliedMatch
    ) -> Iterator[tuple[Merge, Snapshot]]:
        """Yield the merges of a match's student since, each with whom it was merged.

        The match's student was on either side of such a merge, or had become one of the
        two by earlier merges. The other one is given without what matches that are
        undone had filled.
        """
        key = applied_match.after.key
        for merge in self.merges:
            stay, go = self._sides(merge)
            if key in go:
                yield merge, self._as_if_undone(merge, merge.survivor, stay)
            elif key in stay and merge.merged_at >= applied_match.arrived_at:
                yield merge, self._as_if_undone(merge, merge.absorbed, go)

    def _is_merged_by_hand(self) -> bool:
        """Return whether a person has merged the child's own record with the student's.

        What a merge has kept of a match that was undone before is no link to the child.
        """
        refs = frozenset[StudentRef]().union(*(one.refs for one in self.undone))
        return any(
            not refs.isdisjoint(
                self._as_if_undone(merge, side, keys).student.provenance
            )
            for merge in self.merges
            for side, keys in zip(
                (merge.survivor, merge.absorbed), self._sides(merge), strict=True
            )
        )

    def _sides(self, merge: Merge) -> tuple[set[StudentKey], set[StudentKey]]:
        """Return the keys of all who became the survivor of a merge, and the other."""
        go = who_became(merge.absorbed.student.key, self.merges)
        return who_became(merge.survivor.student.key, self.merges) - go, go

    def _as_if_undone(
        self, merge: Merge, side: Snapshot, keys: Collection[StudentKey]
    ) -> Snapshot:
        """Return one of two who were merged without what undone matches had filled.

        What a match had filled that was undone before the merge was gone by then.
        """
        mine = [
            one
            for one in (*self.undone, *self.undone_before)
            if one.after.key in keys
            and (one.undone_at is None or one.undone_at >= merge.merged_at)
        ]
        student, added = side.student, set[Origin]().union(*(one.added for one in mine))
        for one in mine:
            student, _ = take_back(student, one.before, one.after)
        kept = (record for record in side.records if record.origin not in added)
        return Snapshot.of(student, kept)


@attrs.frozen(kw_only=True)
class _Refill:
    """What would have filled a student, had a match not done so before.

    Attributes:
        at: When it came.
        source: The student whose values it would have filled in.
        enrolments: The schools it would have enrolled the student in.
        provenance: The records it would have linked the student with.
        applied_match: The match that it is; None for a merge.
    """

    at: datetime
    source: Student
    enrolments: frozenset[SchoolId]
    provenance: frozenset[StudentRef] = frozenset()
    applied_match: AppliedMatch | None = None

    @classmethod
    def of_match(cls, applied_match: AppliedMatch) -> "_Refill":
        """Return what a later match would have filled."""
        return cls(
            at=applied_match.arrived_at,
            source=applied_match.source,
            enrolments=frozenset({applied_match.school_id}),
            applied_match=applied_match,
        )

    @classmethod
    def of_merge(cls, merge: Merge, other: Snapshot) -> "_Refill":
        """Return what a merge with another student would have filled."""
        return cls(
            at=merge.merged_at,
            source=other.student,
            enrolments=other.student.enrolments,
            provenance=other.student.provenance,
        )

    def fill(self, student: Student, had: Student, taken: Taken) -> Student:
        """Return a student with what was taken back, as far as this would fill it.

        Args:
            student: The student, from whom something was taken back.
            had: The same, before that.
            taken: Returns which of some identifiers another student has.
        """
        filled = give_again(student, had, self.source, taken)
        return attrs.evolve(
            filled,
            enrolments=filled.enrolments | (self.enrolments & had.enrolments),
            provenance=filled.provenance | (self.provenance & had.provenance),
        )


def _with_refilled(
    applied_match: AppliedMatch,
    left: frozenset[SchoolId],
    student: Student,
    filled: Student,
) -> AppliedMatch:
    """Return a match as the one that gave what the student has been given again.

    It found the student in none of the schools that were ``left`` now.
    """
    before, after = (
        attrs.evolve(one, enrolments=one.enrolments - left)
        for one in (applied_match.before, applied_match.after)
    )
    return attrs.evolve(
        applied_match,
        before=as_in(before, student, filled),
        after=as_in(after, filled, student),
    )
