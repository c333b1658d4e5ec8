"""A storage in memory: complete and transactional, for tests and for small hosts.

It keeps every promise of `student_transfer.ports`; what it keeps is gone when the
process ends.

- `tables`: tables of which a transaction is a fork.
- `rosters`, `codes`, `imports`, `merges` and `applied_matches`: the ports.
"""

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from student_transfer.adapters.memory.applied_matches import MemoryAppliedMatches
from student_transfer.adapters.memory.codes import MemoryCodes
from student_transfer.adapters.memory.imports import MemoryImports
from student_transfer.adapters.memory.merges import MemoryMerges
from student_transfer.adapters.memory.rosters import (
    MemoryRoster,
    MemorySites,
    MemorySource,
)
from student_transfer.adapters.memory.tables import Guard, Tables
from student_transfer.adapters.writing import Writing
from student_transfer.errors import StorageBusyError
from student_transfer.permissions import Actor, ActorId
from student_transfer.storing.refusals import entered_before, not_open, only_reads

__all__ = ["MemoryStorage", "MemoryUnitOfWork"]


class MemoryStorage:
    """Opens units of work on one state in memory; safe to share between threads.

    One unit of work writes at a time, from its beginning to its end. One that only
    reads never waits, and sees the state it began with.

    >>> from student_transfer.sites import Site
    >>> storage = MemoryStorage()
    >>> with storage() as work:
    ...     changed = work.sites.put_site(Site("a", "Oak Trust"))
    ...     work.commit()
    >>> with storage(read_only=True) as work:
    ...     work.sites.site("a").name
    'Oak Trust'
    """

    def __init__(self, *, busy_timeout: float = 5.0) -> None:
        """Start empty; writers wait for each other so many seconds at most."""
        self._busy_timeout = busy_timeout
        self._lock = threading.Lock()
        self._writing = Writing()
        self._tables = Tables()

    def __call__(self, *, read_only: bool = False) -> "MemoryUnitOfWork":
        """Make a new unit of work; with ``read_only`` nothing is written in it."""
        return MemoryUnitOfWork(self, read_only=read_only)

    def put_actor(self, actor: Actor) -> None:
        """Keep an administrator, in place of any of the same id."""
        with self() as work:
            work.tables.actors.put(actor.id, actor)
            work.commit()

    def actor(self, actor_id: ActorId) -> Actor | None:
        """Find an administrator."""
        return self._tables.actors.get(actor_id)

    def actors(self) -> Sequence[Actor]:
        """Return every administrator, by id."""
        return sorted(self._tables.actors.values(), key=lambda actor: actor.id)

    def begin(self, guard: Guard, *, read_only: bool) -> Tables:
        """Return a unit of work its own state; it calls `end` when it is done.

        Raises:
            StorageBusyError: Another one has been writing all the time, or one of the
                same thread is.
        """
        if not read_only:
            self._writing.check()
            if not self._lock.acquire(timeout=self._busy_timeout):
                raise StorageBusyError("Another unit of work is being written.")
            self._writing.begins(guard)
        return self._tables.fork(guard)

    def keep(self, tables: Tables) -> None:
        """Make the state of the unit of work that writes the one for all."""
        self._tables = tables

    def end(self, guard: Guard) -> None:
        """Let the next unit of work write, after the one of this guard."""
        self._writing.ends(guard)
        self._lock.release()


class MemoryUnitOfWork:
    """One transaction; see `student_transfer.ports.UnitOfWork`."""

    def __init__(self, storage: MemoryStorage, *, read_only: bool) -> None:
        """Belong to the storage; nothing happens before it is entered."""
        self._storage = storage
        self._read_only = read_only
        self._guard = Guard(only_reads if read_only else None)
        self._tables: Tables | None = None

    @property
    def tables(self) -> Tables:
        """The state as this unit of work sees it.

        Raises:
            StorageError: It was not entered, or was committed or left.
        """
        if self._tables is None:
            raise not_open()
        return self._tables

    @property
    def sites(self) -> MemorySites:
        """The sites and schools."""
        return MemorySites(self.tables)

    @property
    def source(self) -> MemorySource:
        """Any site's students and records, for reading only (IMP-3)."""
        return MemorySource(self.tables)

    @property
    def roster(self) -> MemoryRoster:
        """The students and records of the sites that may be written."""
        return MemoryRoster(self.tables, self._guard)

    @property
    def codes(self) -> MemoryCodes:
        """The transfer codes."""
        return MemoryCodes(self.tables)

    @property
    def imports(self) -> MemoryImports:
        """The imports."""
        return MemoryImports(self.tables, self._guard)

    @property
    def merges(self) -> MemoryMerges:
        """The merges of duplicates."""
        return MemoryMerges(self.tables)

    @property
    def applied_matches(self) -> MemoryAppliedMatches:
        """What imports' matches have filled."""
        return MemoryAppliedMatches(self.tables)

    def __enter__(self) -> Self:
        """Begin the transaction.

        Raises:
            StorageBusyError: Another one has been writing all the time, or this thread
                has one open that writes.
            StorageError: It was used before; each unit of work is entered once.
        """
        if self._guard.refusal is not_open or self._tables is not None:
            raise entered_before()
        self._tables = self._storage.begin(self._guard, read_only=self._read_only)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it; undo what was not committed."""
        if self._tables is not None:
            self._close()

    def commit(self) -> None:
        """Make what was written lasting, all of it or nothing."""
        tables = self.tables
        if not self._read_only:
            self._storage.keep(tables)
        self._close()

    def _close(self) -> None:
        """Let nothing be written any more, not even through a store kept aside."""
        self._tables = None
        self._guard.refusal = not_open
        if not self._read_only:
            self._storage.end(self._guard)
