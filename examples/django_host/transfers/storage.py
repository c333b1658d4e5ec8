"""The platform's database as a storage of the library: units of work over Django."""

from types import TracebackType
from typing import Self

from student_transfer.storing.refusals import entered_before, not_open
from transfers.applied_matches import PlatformAppliedMatches
from transfers.codes import PlatformCodes
from transfers.imports import PlatformImports
from transfers.merges import PlatformMerges
from transfers.roster import PlatformRoster, PlatformSource
from transfers.sites import PlatformSites
from transfers.transaction import Pool, Transaction


class PlatformStorage:
    """Opens units of work; see `student_transfer.ports.UnitOfWorkFactory`.

    Attributes:
        database: Django's alias of the database.
    """

    def __init__(self, database: str = "default", *, patience: float = 5.0) -> None:
        """Use one of Django's databases; wait so many seconds for a lock."""
        self.database = database
        self._pool = Pool(database)
        self._patience = patience

    def __call__(self, *, read_only: bool = False) -> "PlatformUnitOfWork":
        """Make a unit of work; with ``read_only`` nothing is written in it."""
        return PlatformUnitOfWork(self._pool, self._patience, read_only=read_only)

    def close(self) -> None:
        """Close the connections that no unit of work has."""
        self._pool.close()


class PlatformUnitOfWork:
    """One transaction; see `student_transfer.ports.UnitOfWork`."""

    def __init__(self, pool: Pool, patience: float, *, read_only: bool) -> None:
        """Do nothing before it is entered."""
        self._pool = pool
        self._patience = patience
        self._read_only = read_only
        self._begun: Transaction | None = None

    def __enter__(self) -> Self:
        """Begin the transaction."""
        if self._begun is not None:
            raise entered_before()
        self._begun = Transaction(
            self._pool, read_only=self._read_only, patience=self._patience
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it; undo what was not committed."""
        if self._begun is not None and self._begun.is_open:
            self._begun.close()

    def commit(self) -> None:
        """Make what was written lasting, all of it or nothing."""
        self._open.commit()

    @property
    def _open(self) -> Transaction:
        if self._begun is None or not self._begun.is_open:
            raise not_open()
        return self._begun

    @property
    def sites(self) -> PlatformSites:
        """The sites and schools."""
        return PlatformSites(self._open)

    @property
    def source(self) -> PlatformSource:
        """Any site's students and records, for reading only (IMP-3)."""
        return PlatformSource(self._open)

    @property
    def roster(self) -> PlatformRoster:
        """The students and records of the sites that may be written."""
        return PlatformRoster(self._open)

    @property
    def codes(self) -> PlatformCodes:
        """The transfer codes."""
        return PlatformCodes(self._open)

    @property
    def imports(self) -> PlatformImports:
        """The imports."""
        return PlatformImports(self._open)

    @property
    def merges(self) -> PlatformMerges:
        """The merges of duplicates."""
        return PlatformMerges(self._open)

    @property
    def applied_matches(self) -> PlatformAppliedMatches:
        """What imports' matches have filled."""
        return PlatformAppliedMatches(self._open)
