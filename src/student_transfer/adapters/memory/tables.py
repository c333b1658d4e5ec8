"""Tables in memory that can be forked in no time, so that a transaction is a fork.

A fork shares everything with what it was forked from and copies a part of it only
before writing there. What was committed is therefore never changed: readers keep the
state they began with, and undoing a transaction means forgetting its fork.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, Generic, Self, TypeVar

import attrs

from student_transfer.codes import CodeDigest, CodeId, IssuedCode
from student_transfer.errors import StorageError
from student_transfer.imports import Edit, Import, ImportId, ImportRow, Progress
from student_transfer.match_undo import AppliedMatch
from student_transfer.matching import BlockingKey
from student_transfer.merges import Merge, MergeId
from student_transfer.permissions import Actor, ActorId
from student_transfer.records import Origin, Record
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Identifier, Student, StudentKey, StudentRef

_SHARDS = 64  # writing one row copies a 64th of its table

_EMPTY: tuple[dict[Any, Any], ...] = ({},) * _SHARDS  # each is copied to be written

K = TypeVar("K")
V = TypeVar("V")


class Guard:
    """Says whether the tables of one unit of work may be written."""

    def __init__(self, refusal: Callable[[], StorageError] | None = None) -> None:
        """Allow to write, unless there is a refusal."""
        self.refusal = refusal

    def check(self) -> None:
        """Allow or refuse to write.

        Raises:
            StorageError: As the refusal says.
        """
        if self.refusal is not None:
            raise self.refusal()


class Table(Generic[K, V]):
    """A mapping from keys to frozen values."""

    def __init__(self) -> None:
        """Start empty and closed to writing; a fork can be written."""
        self._shards: tuple[dict[K, V], ...] = _EMPTY
        self._copied: set[int] = set()
        self._guard = Guard()

    def fork(self, guard: Guard) -> Self:
        """Return a copy of the table: what is written to it is not in this one."""
        other = type(self)()
        other._shards = self._shards  # noqa: SLF001 - of the same class
        other._guard = guard  # noqa: SLF001 - of the same class
        return other

    def get(self, key: K) -> V | None:
        """Return the value, or None where there is none."""
        return self._shards[hash(key) % _SHARDS].get(key)

    def put(self, key: K, value: V) -> None:
        """Set the value."""
        self._own(key)[key] = value

    def drop(self, key: K) -> None:
        """Take the key out, if it is there."""
        self._own(key).pop(key, None)

    def __iter__(self) -> Iterator[K]:
        """Return the keys, in no order."""
        return chain.from_iterable(self._shards)

    def values(self) -> Iterator[V]:
        """Return the values, in no order."""
        return chain.from_iterable(shard.values() for shard in self._shards)

    def _own(self, key: K) -> dict[K, V]:
        """Return the shard of the key, copied if it is still shared."""
        self._guard.check()
        place = hash(key) % _SHARDS
        if place not in self._copied:
            own = dict(self._shards[place])
            self._shards = (*self._shards[:place], own, *self._shards[place + 1 :])
            self._copied.add(place)
        return self._shards[place]


class Index(Table[K, frozenset[StudentKey] | set[StudentKey]]):
    """A mapping from what is looked for to the students who have it."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._copied_sets: set[K] = set()

    def of(self, key: K) -> frozenset[StudentKey] | set[StudentKey]:
        """Return the students: a set that the caller neither changes nor keeps."""
        return self.get(key) or frozenset()

    def add(self, key: K, student: StudentKey) -> None:
        """Add a student."""
        self._own_set(key).add(student)

    def discard(self, key: K, student: StudentKey) -> None:
        """Take a student out, and the key with the last one."""
        students = self._own_set(key)
        students.discard(student)
        if not students:
            self.drop(key)
            self._copied_sets.discard(key)

    def _own_set(self, key: K) -> set[StudentKey]:
        """Return the set of the key, copied if it is still shared."""
        own = self._own(key)
        students = own.get(key)
        if key not in self._copied_sets or not isinstance(students, set):
            students = set(students or ())
            own[key] = students
            self._copied_sets.add(key)
        return students


@attrs.frozen
class Tables:
    """All that is kept; together they are one state of the storage."""

    sites: Table[SiteId, Site] = attrs.field(factory=Table)
    schools: Table[tuple[SiteId, SchoolId], School] = attrs.field(factory=Table)
    actors: Table[ActorId, Actor] = attrs.field(factory=Table)
    students: Table[StudentRef, Student] = attrs.field(factory=Table)
    records: Table[StudentRef, Mapping[Origin, Record]] = attrs.field(factory=Table)
    on_site: Index[SiteId] = attrs.field(factory=Index)
    enrolled: Index[tuple[SiteId, SchoolId]] = attrs.field(factory=Index)
    blocking: Index[tuple[SiteId, BlockingKey]] = attrs.field(factory=Index)
    terms: Index[tuple[SiteId, int]] = attrs.field(factory=Index)
    words: Index[tuple[SiteId, str]] = attrs.field(factory=Index)
    identifiers: Table[tuple[SiteId, Identifier, str], StudentKey] = attrs.field(
        factory=Table
    )
    codes: Table[CodeId, IssuedCode] = attrs.field(factory=Table)
    digests: Table[CodeDigest, CodeId] = attrs.field(factory=Table)
    imports: Table[ImportId, Import] = attrs.field(factory=Table)
    holders: Table[CodeId, ImportId] = attrs.field(factory=Table)
    rows: Table[tuple[ImportId, StudentKey], ImportRow] = attrs.field(factory=Table)
    row_keys: Table[ImportId, tuple[StudentKey, ...]] = attrs.field(factory=Table)
    pending_from: Table[ImportId, int] = attrs.field(factory=Table)
    edits: Table[ImportId, tuple[Edit, ...]] = attrs.field(factory=Table)
    progress: Table[ImportId, Progress] = attrs.field(factory=Table)
    merges: Table[tuple[SiteId, MergeId], Merge] = attrs.field(factory=Table)
    applied_matches: Table[tuple[ImportId, StudentKey], AppliedMatch] = attrs.field(
        factory=Table
    )
    landed: Table[StudentRef, frozenset[tuple[ImportId, StudentKey]]] = attrs.field(
        factory=Table
    )

    def fork(self, guard: Guard) -> "Tables":
        """Return a copy of the state that can be written while the guard allows it."""
        names = [field.name for field in attrs.fields(Tables)]
        return Tables(**{name: getattr(self, name).fork(guard) for name in names})
