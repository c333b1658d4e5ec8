"""A storage around one of the library's that fails when a story says so."""

from typing import Any, Self

import attrs

from student_transfer.errors import StorageBusyError
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey


@attrs.define
class Failing:
    """A storage that fails on demand, around one of the library's.

    Attributes:
        inner: The storage.
        place: The student whose records cannot be read.
        commits: How many commits go well before one fails; None for all.
    """

    inner: Any
    place: tuple[str, str] | None = None
    commits: int | None = None

    def __call__(self, *, read_only: bool = False) -> "FailingWork":
        """Open a unit of work."""
        return FailingWork(self.inner(read_only=read_only), self)


class FailingWork:
    """A unit of work whose reading and committing may fail."""

    def __init__(self, inner: Any, failing: Failing) -> None:
        """Wrap a unit of work."""
        self._inner = inner
        self._failing = failing

    def __getattr__(self, name: str) -> Any:
        """Give the stores as they are."""
        return getattr(self._inner, name)

    def __enter__(self) -> Self:
        """Begin."""
        self._inner.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """End."""
        self._inner.__exit__(*error)

    @property
    def source(self) -> "FailingSource":
        """The source, which may fail for one student."""
        return FailingSource(self._inner.source, self._failing)

    def commit(self) -> None:
        """Commit, or fail once as a locked database does."""
        if self._failing.commits == 0:
            self._failing.commits = None
            raise StorageBusyError
        if self._failing.commits is not None:
            self._failing.commits -= 1
        self._inner.commit()


class FailingSource:
    """A source that cannot read one student's records."""

    def __init__(self, inner: Any, failing: Failing) -> None:
        """Wrap a source."""
        self._inner = inner
        self._failing = failing

    def __getattr__(self, name: str) -> Any:
        """Read as the storage does."""
        return getattr(self._inner, name)

    def records(self, site_id: SiteId, key: StudentKey) -> Any:
        """Read records, or fail."""
        if (site_id, key) == self._failing.place:
            raise OSError("connection lost")
        return self._inner.records(site_id, key)
