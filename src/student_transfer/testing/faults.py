"""A storage around any other that fails where a plan says so."""

from collections.abc import Callable
from enum import Enum
from threading import local
from types import TracebackType
from typing import Any, Self, cast

import attrs

from student_transfer.errors import StorageBusyError
from student_transfer.ports import (
    AppliedMatchStore,
    CodeStore,
    ImportStore,
    MergeStore,
    Roster,
    SiteDirectory,
    SourceRoster,
    UnitOfWork,
    UnitOfWorkFactory,
)


@attrs.frozen
class Call:
    """A call of a port that is about to be made.

    Attributes:
        number: How many were made before it.
        name: The port and its method, such as ``roster.add``; or what is done with the
            unit of work: ``begin``, ``commit`` or ``end``.
        arguments: What the method is given.
    """

    number: int
    name: str
    arguments: tuple[object, ...] = attrs.field(default=(), repr=False)


class Moment(Enum):
    """When a call fails.

    Attributes:
        BEFORE: Nothing was done.
        AFTER: It was done, and the caller does not hear of it: a commit that fails so
            is committed.
    """

    BEFORE = "before"
    AFTER = "after"


@attrs.frozen
class Fault:
    """How a call fails.

    Attributes:
        moment: Before its effect, or after it.
        error: Makes the error that is raised.
    """

    moment: Moment = Moment.BEFORE
    error: Callable[[], Exception] = StorageBusyError


Plan = Callable[[Call], Fault | None]
"""Says of each call how it fails; None where it does not."""


@attrs.define
class Once:
    """A plan by which one call fails, once.

    >>> once = Once(number=1)
    >>> [once(Call(number, "commit")) is not None for number in (0, 1, 1)]
    [False, True, False]

    Attributes:
        fault: How it fails.
        number: The number of the call; any where it is None.
        name: The name of the call; any where it is None.
        happened: The call that failed.
    """

    fault: Fault = attrs.field(factory=Fault)
    number: int | None = None
    name: str | None = None
    happened: Call | None = None

    def __call__(self, call: Call) -> Fault | None:
        """Let the first call fail that has the number and the name."""
        right = self.number in {None, call.number} and self.name in {None, call.name}
        if self.happened is not None or not right:
            return None
        self.happened = call
        return self.fault


class OneAtATime:
    """A plan by which a unit of work fails that is opened inside another.

    No port promises that one may be: a host may have one connection. Each thread may
    have one of its own.

    >>> plan = OneAtATime()
    >>> [plan(Call(0, name)) is not None for name in ("begin", "end", "begin")]
    [False, False, False]
    >>> plan(Call(0, "begin")) is not None
    True
    """

    def __init__(self) -> None:
        """Begin with none that is open."""
        self._of_thread = local()

    def __call__(self, call: Call) -> Fault | None:
        """Let a unit of work not begin where one is open."""
        if call.name == "begin":
            if getattr(self._of_thread, "is_open", False):
                return Fault(error=_nested)
            self._of_thread.is_open = True
        elif call.name == "end":
            self._of_thread.is_open = False
        return None


def _nested() -> Exception:
    return AssertionError("a unit of work was opened inside another")


def sound(call: Call) -> Fault | None:
    """Be a plan by which nothing fails."""
    del call
    return None


class FaultyStorage:
    """Any storage, of which the calls fail that a plan names.

    A unit of work that fails as it begins is not open afterwards, and one that fails
    as it ends has ended: what was not committed is undone in any case.

    Attributes:
        plan: Which calls fail; to be set at any time.
        calls: Every call that was made, in order; a plan sees its place as the number.
    """

    def __init__(self, inner: UnitOfWorkFactory, plan: Plan = sound) -> None:
        """Be around a storage."""
        self._inner = inner
        self.plan = plan
        self.calls: list[str] = []

    def __call__(self, *, read_only: bool = False) -> "FaultyUnitOfWork":
        """Make a unit of work of the inner storage that fails by the plan."""
        return FaultyUnitOfWork(self, self._inner(read_only=read_only))

    def call(
        self, name: str, method: Callable[..., Any], *arguments: object, **named: object
    ) -> Any:  # noqa: ANN401 - whatever the method gives
        """Call a method of a port, or fail before or after it."""
        fault = self._next(name, (*arguments, *named.values()))
        if fault is not None and fault.moment is Moment.BEFORE:
            raise fault.error()
        answer = method(*arguments, **named)
        if fault is not None:
            raise fault.error()
        return answer

    def _next(self, name: str, arguments: tuple[object, ...] = ()) -> Fault | None:
        fault = self.plan(Call(len(self.calls), name, arguments))
        self.calls.append(name)
        return fault

    def end(self, end: Callable[[], None]) -> None:
        """End a unit of work, and fail afterwards if that is the plan."""
        fault = self._next("end")
        end()
        if fault is not None:
            raise fault.error()


class FaultyUnitOfWork:
    """One transaction of a storage that fails by a plan."""

    def __init__(self, storage: FaultyStorage, inner: UnitOfWork) -> None:
        """Be around a unit of work."""
        self._storage = storage
        self._inner = inner

    @property
    def sites(self) -> SiteDirectory:
        """The sites and schools."""
        return cast("SiteDirectory", self._store("sites"))

    @property
    def source(self) -> SourceRoster:
        """Any site's students and records, for reading only (IMP-3)."""
        return cast("SourceRoster", self._store("source"))

    @property
    def roster(self) -> Roster:
        """The students and records of the sites that may be written."""
        return cast("Roster", self._store("roster"))

    @property
    def codes(self) -> CodeStore:
        """The transfer codes."""
        return cast("CodeStore", self._store("codes"))

    @property
    def imports(self) -> ImportStore:
        """The imports."""
        return cast("ImportStore", self._store("imports"))

    @property
    def merges(self) -> MergeStore:
        """The merges of duplicates."""
        return cast("MergeStore", self._store("merges"))

    @property
    def applied_matches(self) -> AppliedMatchStore:
        """What imports' matches have filled."""
        return cast("AppliedMatchStore", self._store("applied_matches"))

    def _store(self, name: str) -> "_FaultyStore":
        return _FaultyStore(self._storage, name, getattr(self._inner, name))

    def __enter__(self) -> Self:
        """Begin the transaction; one that fails afterwards is ended again."""
        begun: list[UnitOfWork] = []
        try:
            self._storage.call("begin", lambda: begun.append(self._inner.__enter__()))
        except Exception as error:
            if begun:
                self._inner.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it; undo what was not committed."""
        self._storage.end(lambda: self._inner.__exit__(kind, error, trace))

    def commit(self) -> None:
        """Make what was written lasting, or fail before or after that."""
        self._storage.call("commit", self._inner.commit)


class _FaultyStore:
    """A store whose calls fail by a plan."""

    def __init__(self, storage: FaultyStorage, name: str, inner: object) -> None:
        self._storage = storage
        self._name = name
        self._inner = inner

    def __getattr__(self, name: str) -> Callable[..., object]:
        """Return a method that may fail."""
        method: Callable[..., Any] = getattr(self._inner, name)

        def call(*arguments: object, **named: object) -> object:
            return self._storage.call(
                f"{self._name}.{name}", method, *arguments, **named
            )

        return call
