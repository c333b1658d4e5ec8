"""Storages that each break a promise, around the one in memory, for the kit to find."""

import contextlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar, Self

import attrs
import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.adapters.memory.tables import Guard, Tables
from student_transfer.codes import IssuedCode
from student_transfer.errors import StorageBusyError, StorageError
from student_transfer.imports import Import, ImportId, ImportRow, RowKind
from student_transfer.match_undo import AppliedMatch
from student_transfer.merges import Merge
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey
from student_transfer.testing import Capability, Host, Rows
from student_transfer.testing.values import ELM, OAK
from tests.conformance.hosts import MemoryHost


class Around:
    """What something is, but for what a subclass does otherwise."""

    def __init__(self, inner: Any) -> None:
        """Be around this."""
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        """Do as what is inside."""
        return getattr(self._inner, name)


class Work(Around):
    """A unit of work in which some stores are others."""

    def __init__(self, inner: Any, stores: Mapping[str, Callable[[Any], Any]]) -> None:
        """Put each of these stores around the one of that name."""
        super().__init__(inner)
        self._stores = stores

    def __getattr__(self, name: str) -> Any:
        """Return a store, or whatever it is."""
        return self._stores.get(name, lambda inner: inner)(getattr(self._inner, name))

    def __enter__(self) -> Self:
        """Begin."""
        self._inner.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """End."""
        self._inner.__exit__(*error)


class Altered(MemoryStorage):
    """A storage in memory whose units of work are altered."""

    def __init__(self, stores: Mapping[str, Callable[[Any], Any]], work: Any) -> None:
        """Alter these stores."""
        super().__init__(busy_timeout=2.0)
        self._stores = stores
        self._work = work

    def __call__(self, *, read_only: bool = False) -> Any:
        """Open an altered unit of work."""
        return self._work(super().__call__(read_only=read_only), self._stores)


class BrokenHost(MemoryHost):
    """A host whose storage has other stores or another unit of work."""

    stores: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    work: ClassVar[type[Work]] = Work

    def open(self, location: str) -> MemoryStorage:
        """Open the storage."""
        return Altered(self.stores, self.work)


class CarelessImports(Around):
    """Imports that are saved whatever was saved meanwhile."""

    def save(self, import_: Import) -> Import:
        """Save over anybody's change."""
        kept = self._inner.get(import_.id)
        version = import_.version if kept is None else kept.version
        saved: Import = self._inner.save(attrs.evolve(import_, version=version))
        return saved


class LosesUpdates(BrokenHost):
    """An import that was saved meanwhile is overwritten."""

    stores: ClassVar = {"imports": CarelessImports}


class ForgetfulImports(Around):
    """Imports that know the matches, and not whom a row became."""

    def rows_taking(
        self, import_id: ImportId, keys: Collection[StudentKey]
    ) -> list[ImportRow]:
        """Look at the decisions alone."""
        rows = self._inner.rows(import_id)
        return [row for row in rows if row.decision.match in keys]


class ForgetsWhoCame(BrokenHost):
    """A student whom a row became counts as free."""

    stores: ClassVar = {"imports": ForgetfulImports}


class HastyImports(Around):
    """Imports that count each kind once."""

    def kinds(self, import_id: ImportId) -> dict[RowKind, int]:
        """Return which there are."""
        return dict.fromkeys(self._inner.kinds(import_id), 1)


class MiscountsKinds(BrokenHost):
    """Rows of one kind count as one."""

    stores: ClassVar = {"imports": HastyImports}


class CarelessCodes(Around):
    """Codes that anybody can claim."""

    def change(self, before: IssuedCode, after: IssuedCode) -> None:
        """Change whatever is there."""
        self._inner.change(self._inner.get(before.id) or before, after)


class ClaimsTwice(BrokenHost):
    """Two who claim a code both get it."""

    stores: ClassVar = {"codes": CarelessCodes}


class LeakySource(Around):
    """A source that looks on the other site for those it does not find."""

    def students(self, site_id: SiteId, keys: Any) -> Mapping[str, Student]:
        """Return the students of any site."""
        other = self._inner.students(ELM if site_id == OAK else OAK, keys)
        return {**other, **self._inner.students(site_id, keys)}


class LeaksRows(BrokenHost):
    """Another site's students are found."""

    stores: ClassVar = {"source": LeakySource}


class UntitledRecords(Around):
    """Quizzes that come back without the title of their book."""

    def records(self, site_id: SiteId, key: Any) -> list[Any]:
        """Return the records, each of them a quiz."""
        found = self._inner.records(site_id, key)
        return [attrs.evolve(one, title="") for one in found]


class LosesTitles(BrokenHost):
    """What is stored of a record is not all of it."""

    stores: ClassVar = {"roster": UntitledRecords}


class HalfAdding(Around):
    """A roster that keeps those of the records that it can, and tells no error."""

    def add_records(self, site_id: SiteId, key: Any, records: Sequence[Any]) -> Any:
        """Leave out whatever is refused."""
        kept: set[Any] = set()
        for one in records:
            with contextlib.suppress(StorageError):
                kept |= self._inner.add_records(site_id, key, [one])
        return frozenset(kept)


class TakesAnyOrigin(BrokenHost):
    """What other storages refuse is passed over."""

    stores: ClassVar = {"roster": HalfAdding}


class BackwardCodes(Around):
    """Codes that come oldest first."""

    def of_site(self, site_id: SiteId, **page: Any) -> list[IssuedCode]:
        """Return them the wrong way round."""
        return list(reversed(self._inner.of_site(site_id, **page)))


class WrongOrder(BrokenHost):
    """What should come newest first comes oldest first."""

    stores: ClassVar = {"codes": BackwardCodes}


class CarelessAppliedMatches(Around):
    """Applied matches that can be undone again and again."""

    def save(self, applied_match: AppliedMatch) -> None:
        """Save whatever is there, or if nothing is."""
        self._inner._put(applied_match)


class UndoesTwice(BrokenHost):
    """Two who undo a match both do."""

    stores: ClassVar = {"applied_matches": CarelessAppliedMatches}


class OverwritingAppliedMatches(Around):
    """Applied matches of which the last of a row counts."""

    def add(self, applied_match: AppliedMatch) -> None:
        """Put it in place of the one that is there."""
        self._inner._put(applied_match)


class OverwritesAppliedMatches(BrokenHost):
    """What an import filled first is forgotten."""

    stores: ClassVar = {"applied_matches": OverwritingAppliedMatches}


class BackwardAppliedMatches(Around):
    """Applied matches that come newest first."""

    def standing_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return them the wrong way round."""
        return list(reversed(self._inner.standing_for(site_id, keys)))


class NewestAppliedMatches(BrokenHost):
    """What should come oldest first comes newest first."""

    stores: ClassVar = {"applied_matches": BackwardAppliedMatches}


class UnsortedAppliedMatches(Around):
    """Applied matches that are in no order but that of time."""

    def standing_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return those of one time as they were added."""
        found = self._inner.standing_for(site_id, keys)
        added = [
            one for one in self._inner._tables.applied_matches.values() if one in found
        ]
        return sorted(added, key=lambda one: one.arrived_at)


class SortsNoTies(BrokenHost):
    """Applied matches of one time come in the order in which they were added."""

    stores: ClassVar = {"applied_matches": UnsortedAppliedMatches}


class LeakyAppliedMatches(Around):
    """Applied matches that are found by a key of any site."""

    def standing_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return those of the other site as well."""
        other = self._inner.standing_for(ELM if site_id == OAK else OAK, keys)
        return [*self._inner.standing_for(site_id, keys), *other]


class LeaksAppliedMatches(BrokenHost):
    """Another site's applied matches are found."""

    stores: ClassVar = {"applied_matches": LeakyAppliedMatches}


class ForgetfulAppliedMatches(Around):
    """Applied matches of which those that were undone are found nowhere."""

    def undone_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return nobody."""
        return []


class ForgetsUndoneMatches(BrokenHost):
    """Nobody remembers which matches were undone."""

    stores: ClassVar = {"applied_matches": ForgetfulAppliedMatches}


class FrozenAppliedMatches(Around):
    """Applied matches that can be changed by their undoing alone."""

    def save(self, applied_match: AppliedMatch) -> None:
        """Keep only what was undone."""
        if applied_match.undone_at is not None:
            self._inner.save(applied_match)


class FreezesAppliedMatches(BrokenHost):
    """What stands is never another."""

    stores: ClassVar = {"applied_matches": FrozenAppliedMatches}


class LastingAppliedMatches(Around):
    """Applied matches that stand for ever."""

    def standing_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return those that were undone as well."""
        found = [
            one
            for one in self._inner._tables.applied_matches.values()
            if one.site_id == site_id and one.after.key in keys
        ]
        return sorted(
            found, key=lambda one: (one.arrived_at, one.import_id, one.source_key)
        )


class ForgetsUndoing(BrokenHost):
    """What was undone is still given."""

    stores: ClassVar = {"applied_matches": LastingAppliedMatches}


class ConfusedAppliedMatches(Around):
    """Applied matches that are found by the key on the source alone."""

    def get(self, import_id: ImportId, source_key: StudentKey) -> AppliedMatch | None:
        """Return that of any import."""
        kept = self._inner._tables.applied_matches.values()
        found = (one for one in kept if one.source_key == source_key)
        return next(found, None)


class ConfusesImports(BrokenHost):
    """The applied match of another import is found."""

    stores: ClassVar = {"applied_matches": ConfusedAppliedMatches}


class LastingMerges(Around):
    """Merges into a student of which those that were undone stand, too."""

    def into(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Return them whether they stand or not."""
        return [
            one
            for one in self._inner.of_site(site_id)
            if one.survivor.student.key in keys
        ]


class ForgetsUndoneMerges(BrokenHost):
    """Who was merged and came back counts as merged."""

    stores: ClassVar = {"merges": LastingMerges}


class EveryMerge(Around):
    """Merges that took a student off, of which none stands."""

    def undone(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Return them whether they stand or not."""
        return [
            one
            for one in self._inner.of_site(site_id)
            if one.absorbed.student.key in keys
        ]


class TakesMergesForUndone(BrokenHost):
    """Who is merged counts as come back."""

    stores: ClassVar = {"merges": EveryMerge}


class MergesOfSurvivors(Around):
    """Merges that were undone, found by the student who stayed."""

    def undone(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Return them by the wrong one of the two."""
        return [
            one
            for one in self._inner.of_site(site_id)
            if one.undone_at is not None and one.survivor.student.key in keys
        ]


class ConfusesWhoWent(BrokenHost):
    """A merge that was undone is found by who stayed."""

    stores: ClassVar = {"merges": MergesOfSurvivors}


class Stubborn(Work):
    """A unit of work that keeps everything."""

    def __enter__(self) -> Self:
        """Begin."""
        self._committed = False
        return super().__enter__()

    def commit(self) -> None:
        """Commit."""
        self._committed = True
        self._inner.commit()

    def __exit__(self, *error: object) -> None:
        """Commit what was not."""
        if not self._committed:
            self._inner.commit()
        super().__exit__(*error)


class DoesNotRollBack(BrokenHost):
    """What was not committed is kept all the same."""

    work = Stubborn


class Unlocked(MemoryStorage):
    """A storage whose writers do not wait for each other: the last commit wins."""

    def begin(self, guard: Guard, *, read_only: bool) -> Tables:
        """Begin at once."""
        return self._tables.fork(guard)

    def keep(self, tables: Tables) -> None:
        """Put this state in place of whatever others have made of it."""
        time.sleep(0.001)
        super().keep(tables)

    def end(self, guard: Guard) -> None:
        """Let nobody go on, since nobody waits."""


class LastCommitWins(MemoryHost):
    """All is well until two write at once."""

    def open(self, location: str) -> MemoryStorage:
        """Open the storage."""
        return Unlocked()


class Untranslated(MemoryStorage):
    """A storage that says of a lock what it says of any error."""

    def begin(self, guard: Guard, *, read_only: bool) -> Tables:
        """Begin, or give up for good."""
        try:
            return super().begin(guard, read_only=read_only)
        except StorageBusyError:
            raise StorageError from None


class FailsInsteadOfWaiting(MemoryHost):
    """An import that meets a lock fails, where it should go on another time."""

    def open(self, location: str) -> MemoryStorage:
        """Open the storage."""
        return Untranslated(busy_timeout=0.1)


class Forgets(MemoryHost):
    """What was committed is gone when the storage is opened again."""

    claims = MemoryHost.claims | Capability.DURABLE


class OnlySeemsToLast(MemoryHost):
    """Opened again it is the same storage, which proves nothing."""

    claims = MemoryHost.claims | Capability.DURABLE

    def __init__(self) -> None:
        """Keep one storage."""
        self._storage = MemoryStorage()

    def open(self, location: str) -> MemoryStorage:
        """Return it every time."""
        return self._storage


class KeepsToItself(MemoryHost):
    """Each process has a storage of its own."""

    claims = MemoryHost.claims | Capability.PROCESSES


class Orphaning(Around):
    """A roster that keeps the records of those who go."""

    orphans: ClassVar[list[Any]] = []

    def remove(self, student: Student) -> None:
        """Remove the student alone."""
        self.orphans.extend(self._inner.records(student.site_id, student.key))
        self._inner.remove(student)


class LeavesRecords(BrokenHost):
    """The records of a removed student stay in the tables."""

    claims = MemoryHost.claims | Capability.BACK_DOOR
    stores: ClassVar = {"roster": Orphaning}

    def open(self, location: str) -> MemoryStorage:
        """Open the storage, and remember it for the back door."""
        Orphaning.orphans.clear()
        self._storage = super().open(location)
        return self._storage

    def count_rows(self, location: str, rows: Rows, site_id: SiteId) -> int:
        """Count in the tables."""
        tables = self._storage._tables
        if rows is Rows.RECORDS:
            kept = {ref: tables.records.get(ref) for ref in tables.records}
            here = [one for ref, one in kept.items() if ref.site_id == site_id]
            return sum(len(one or ()) for one in here) + len(Orphaning.orphans)
        values: Any = getattr(tables, rows.value).values()
        return sum(one.site_id == site_id for one in values)


class ClaimsTooMuch(MemoryHost):
    """A capability is claimed, and what it takes is not there."""

    claims = MemoryHost.claims | Capability.BACK_DOOR


class CannotBegin(MemoryHost):
    """There is no place to put the data."""

    def begin(self, folder: Any) -> str:
        """Fail."""
        raise OSError("no space left on device")


class CannotClose(MemoryHost):
    """The storage cannot be let go of."""

    def close(self, storage: UnitOfWorkFactory) -> None:
        """Fail."""
        raise OSError("the connection is gone")


class LeavesItselfOut(MemoryHost):
    """The host would rather not be tried."""

    def open(self, location: str) -> MemoryStorage:
        """Leave the test out."""
        pytest.skip("no server today")


class StopsEverything(MemoryHost):
    """The run is ended on the way."""

    def open(self, location: str) -> MemoryStorage:
        """End the run."""
        pytest.exit("enough")


class Ending(Work):
    """A unit of work that ends the run."""

    def __enter__(self) -> Self:
        """End the run."""
        pytest.exit("enough")


class StopsWithin(BrokenHost):
    """The run is ended while a promise is tried."""

    claims = Capability(0)
    work = Ending


class Chatters(MemoryHost):
    """A host that prints, also where a process answers."""

    claims = MemoryHost.claims | Capability.PROCESSES

    def open(self, location: str) -> MemoryStorage:
        """Print something."""
        print("opened")  # noqa: T201 - that is the point
        return MemoryStorage()


class Hangs(MemoryHost):
    """A host that never comes to an end."""

    def open(self, location: str) -> MemoryStorage:
        """Wait."""
        time.sleep(60)
        return MemoryStorage()


class HasNoSites(MemoryHost):
    """A host that can put no sites anywhere, and does not say so falsely."""

    claims = Capability.THREADS


class ClaimsNothing(MemoryHost):
    """A host that claims no capability."""

    claims = Capability(0)


class PutsNoSites(Host[MemoryStorage]):
    """A host that claims sites and puts none."""

    claims = Capability.SITES

    def open(self, location: str) -> MemoryStorage:
        """Return an empty storage."""
        return MemoryStorage()
