"""The life finds each storage out that is wrong: else no story proves anything."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar

import attrs
import pytest
from hypothesis import Phase, settings

from student_transfer.codes import IssuedCode
from student_transfer.errors import StudentTransferError
from student_transfer.imports import Import, ImportId, ImportRow, ImportState
from student_transfer.records import Origin, Record
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey
from student_transfer.testing.model import BOUNDED, life_of
from tests.conformance.broken import Around, BrokenHost, HasNoSites, WrongOrder

TOLD = settings(
    BOUNDED,
    max_examples=400,
    stateful_step_count=100,  # a child who arrives twice is rare in a short story
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)


def broken(**stores: Callable[[Any], Any]) -> type[BrokenHost]:
    """Make a host whose storage has other stores."""

    class Broken(BrokenHost):
        """A host of a broken storage."""

        stores: ClassVar = {}

    Broken.stores = stores
    return Broken


class LosesImports(Around):
    """Imports of which the oldest is listed no more once there are three."""

    def of_site(
        self, site_id: SiteId, states: Collection[ImportState] | None = None
    ) -> Sequence[Import]:
        """Forget one."""
        found: Sequence[Import] = self._inner.of_site(site_id, states)
        return found[:2]


class LosesRows(Around):
    """Imports of which each new preview has one row too few."""

    def put_rows(self, import_id: ImportId, rows: Sequence[ImportRow]) -> None:
        """Put all rows but the last."""
        self._inner.put_rows(import_id, list(rows)[:-1])


class LeaksCodes(Around):
    """Codes that are listed on every site."""

    def of_site(self, site_id: SiteId, **page: Any) -> Sequence[IssuedCode]:
        """Return those of another site as well."""
        del site_id
        sites = ("north", "south")
        return [one for site in sites for one in self._inner.of_site(site, **page)]


class LeaksStudents(Around):
    """A roster that looks on the other site for those it does not find."""

    def students(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> dict[StudentKey, Student]:
        """Return the students of any site."""
        other = SiteId("south" if site_id == "north" else "north")
        leaked = self._inner.students(other, keys)
        return {**leaked, **self._inner.students(site_id, keys)}


class LeaksMerges(Around):
    """Merges that are listed on every site."""

    def of_site(self, site_id: SiteId, **page: Any) -> Sequence[Any]:
        """Return those of another site."""
        del site_id
        sites = ("north", "south")
        return [one for site in sites for one in self._inner.of_site(site, **page)]


class DoublesRecords(Around):
    """A roster that keeps what came from elsewhere twice."""

    def add_records(
        self, site_id: SiteId, key: StudentKey, records: Sequence[Record]
    ) -> frozenset[Origin]:
        """Add a second one under another name."""
        copies = [
            attrs.evolve(one, origin=Origin(site_id, f"{one.origin.record_id} again"))
            for one in records
            if one.origin.site_id != site_id
        ]
        self._inner.add_records(site_id, key, copies)
        kept: frozenset[Origin] = self._inner.add_records(site_id, key, records)
        return kept


class KeepsRecords(Around):
    """A roster that takes no record from a student: no merge is undone exactly."""

    def remove_records(self, *what: object) -> None:
        """Leave them."""


class MixesRecordsUp(Around):
    """A source that gives the records of the first student for all."""

    def records(self, site_id: SiteId, key: StudentKey) -> Sequence[Record]:
        """Return somebody's."""
        enrolled = self._inner.enrolled(site_id, "one")
        first = enrolled[0].key if enrolled else key
        found: Sequence[Record] = self._inner.records(site_id, first)
        return found


class NeverReleases(Around):
    """Codes that stay claimed after a cancel."""

    def change(self, before: IssuedCode, after: IssuedCode) -> None:
        """Change a code, unless it is given back."""
        if after.holder is not None or before.holder is None:
            self._inner.change(before, after)


class LosesAppliedMatches(Around):
    """Applied matches of which a student has no more than one."""

    def standing_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[Any]:
        """Return the newest."""
        found: Sequence[Any] = self._inner.standing_for(site_id, keys)
        return found[-1:]


@pytest.mark.parametrize(
    "host",
    [
        broken(imports=LosesImports),
        broken(imports=LosesRows),
        broken(codes=LeaksCodes),
        broken(codes=NeverReleases),
        broken(roster=LeaksStudents),
        broken(merges=LeaksMerges),
        broken(roster=DoublesRecords),
        broken(roster=KeepsRecords),
        broken(source=MixesRecordsUp),
        broken(applied_matches=LosesAppliedMatches),
    ],
    ids=lambda host: "/".join(store.__name__ for store in host.stores.values()),
)
def test_the_life_finds_it(host: type[BrokenHost]) -> None:
    """Within some stories something is not as the oracle says."""
    with pytest.raises((AssertionError, StudentTransferError)) as found:
        life_of(host, TOLD)("runTest").debug()
    told = "\n".join(getattr(found.value, "__notes__", ()))
    assert "state = LifeOfHost()" in told


def test_an_order_that_only_people_see_is_not_its_business() -> None:
    """A storage that breaks what no rule rests on is found by its contract alone."""
    told = settings(BOUNDED, max_examples=5, derandomize=True, database=None)
    life_of(WrongOrder, told)("runTest").debug()


def test_a_host_without_sites_is_told_at_once() -> None:
    """The life needs sites and schools, which the host has to be able to put."""
    with pytest.raises(ValueError, match="has to claim SITES"):
        life_of(HasNoSites)
