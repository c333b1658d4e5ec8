"""The platform's storage: its own students, and the library's tables for the rest."""

from types import TracebackType
from typing import Self

import sqlalchemy as sa

from own_tables import tables
from own_tables.merges import OurMerges
from own_tables.pupils import OurSource
from own_tables.schools import OurSites
from own_tables.writing import OurRoster
from student_transfer.adapters.sql import SqlStorage, SqlTransferWork


class OurUnitOfWork(SqlTransferWork):
    """Codes, imports and applied matches are kept by the library."""

    @property
    def sites(self) -> OurSites:
        """Our trusts and schools."""
        return OurSites(self.transaction)

    @property
    def source(self) -> OurSource:
        """Our pupils, for reading."""
        return OurSource(self.transaction)

    @property
    def roster(self) -> OurRoster:
        """Our pupils, for writing."""
        return OurRoster(self.transaction)

    @property
    def merges(self) -> OurMerges:
        """The library's merges, which take along what hangs on a pupil."""
        return OurMerges(self.transaction)


class OurStorage:
    """Opens units of work on the platform's engine."""

    def __init__(self, engine: sa.Engine, *, busy_timeout: float = 5.0) -> None:
        """Use the engine, and make the library's tables in its database."""
        tables.metadata.create_all(engine)  # those of a platform are there already
        self._kept = SqlStorage.on(engine, busy_timeout=busy_timeout)

    def __call__(self, *, read_only: bool = False) -> OurUnitOfWork:
        """Make a new unit of work."""
        return OurUnitOfWork(self._kept, read_only=read_only)

    def close(self) -> None:
        """Let go of the database; the engine is the platform's."""
        self._kept.close()

    def __enter__(self) -> Self:
        """Return the storage, to be closed at the end of the with statement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()
