"""Duplicates are merged, and merges are undone."""

from datetime import timedelta
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import consumes, invariant, multiple, rule

from student_transfer.errors import MergeUndoRefusedError
from student_transfer.merges import MergeId
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import StudentKey
from student_transfer.testing.model.identities import Merged, Place
from student_transfer.testing.model.importing import Importing
from student_transfer.testing.model.world import (
    ADMINISTRATORS,
    HEADS,
    MERGES,
    SITES,
)


@attrs.frozen
class Done:
    """A merge as it was made, with what the oracle knew before and after it."""

    merge: Merged
    kept: Place
    gone: Place
    before: list[tuple[str, set[str], set[Place]]]
    after: set[str]


class Merging(Importing):
    """What people do with duplicates, and what holds of all students."""

    @rule(target=MERGES, data=st.data(), site=st.sampled_from(SITES))
    def merge(self, data: st.DataObject, site: str) -> Any:  # noqa: ANN401 - one or none
        """AFTER-1, CONF-5: no record is lost by a merge."""
        keys = self.oracle.keys(site)
        if len(keys) < 2:
            return multiple()
        pair = st.lists(st.sampled_from(keys), min_size=2, max_size=2, unique=True)
        stays, goes = map(StudentKey, data.draw(pair))
        self.now += timedelta(microseconds=1)  # so that the latest merge is known
        head = data.draw(ADMINISTRATORS)[site]
        merge = self.service.merge_students(head, stays, goes, accept_unlike=True)
        oracle, kept, gone = self.oracle, (site, stays), (site, goes)
        merged = Merged(
            merge.id,
            oracle.children[gone],
            oracle.children[kept],
            goes,
            stays,
            frozenset(oracle.links[gone]),
            frozenset(oracle.records[gone]),
            frozenset(oracle.links[kept]),
            frozenset(oracle.records[kept]),
            self.now,
        )
        before = [
            (oracle.children[one], set(oracle.records[one]), set(oracle.links[one]))
            for one in (kept, gone)
        ]
        oracle.records[kept] |= oracle.records[gone]
        oracle.links[kept] = (oracle.links[kept] | oracle.links[gone]) - {kept}
        oracle.leave(site, goes)
        oracle.merged_into[gone].append(merged)
        return Done(merged, kept, gone, before, set(oracle.records[kept]))

    @rule(merged=consumes(MERGES))
    def unmerge(self, merged: Done) -> None:
        """AFTER-2: exactly, or refused; never something in between."""
        try:
            self._undo(merged)
        except MergeUndoRefusedError as refused:
            assert refused.changed

    @rule(data=st.data(), site=st.sampled_from(SITES))
    def merge_and_think_again(self, data: st.DataObject, site: str) -> None:
        """AFTER-2: what nobody has touched since can be undone."""
        merged = self.merge(data=data, site=site)
        if isinstance(merged, Done):
            self._undo(merged)

    def _undo(self, merged: Done) -> None:
        """Undo a merge, here and there."""
        oracle, kept, gone = self.oracle, merged.kept, merged.gone
        self.service.undo_merge(HEADS[kept[0]], MergeId(merged.merge.id))
        assert oracle.records[kept] == merged.after
        for place, was in zip((kept, gone), merged.before, strict=True):
            oracle.children[place], oracle.records[place], oracle.links[place] = was
        for import_id, row in oracle.unmerge(merged.merge, kept, gone, self.now):
            oracle.imports[import_id].arrived[row] = gone[1]

    @invariant()
    def the_sites_are_as_they_should_be(self) -> None:
        """No student appears, vanishes, or has another's records."""
        for site in SITES:
            with self.storage(read_only=True) as work:
                found = work.roster.enrolled(SiteId(site), SchoolId("one"))
                assert sorted(one.key for one in found) == self.oracle.keys(site)
                for student in found:
                    has = sorted(
                        f"{record.origin.site_id}/{record.origin.record_id}"
                        for record in work.roster.records(SiteId(site), student.key)
                    )
                    assert has == sorted(self.oracle.records[site, student.key])

    @invariant()
    def user_names_are_unique(self) -> None:
        """CONF-3: whatever was merged, created and undone."""
        for site in SITES:
            with self.storage(read_only=True) as work:
                found = work.roster.enrolled(SiteId(site), SchoolId("one"))
            names = [one.user_name for one in found if one.user_name]
            assert len(set(names)) == len(names)

    @invariant()
    def merges_are_listed(self) -> None:
        """AFTER-2: those that stand, of the own site, and no other's."""
        for site in SITES:
            listed = self.service.merges(HEADS[site])
            standing = sorted(one.id for one in listed if one.undone_at is None)
            assert standing == self.oracle.merges_on(site)
