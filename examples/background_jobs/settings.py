"""What this application is told by its environment."""

from collections.abc import Mapping
from typing import Self

import attrs

PREFIX = "BACKGROUND_JOBS_"


@attrs.frozen(kw_only=True)
class Settings:
    """The settings of the web process and of the workers.

    Attributes:
        database: The URL of the PostgreSQL that has the students and the jobs.
        sweep: When to look for lost jobs, as cron says it; seconds may come last.
        heartbeat: How many seconds pass between two signs of life of a worker.
        stalled_after: After how many seconds without one a worker counts as dead.
        tries: How often a job is tried before it is left to an operator.
        back_off: How many seconds to wait before the second try; doubled each time.
        busy_timeout: How many seconds to wait for a lock of the storage.
    """

    database: str = attrs.field(repr=False)  # it may have a password in it
    sweep: str = "* * * * *"
    heartbeat: float = attrs.field(default=10.0, converter=float)
    stalled_after: float = attrs.field(default=30.0, converter=float)
    tries: int = attrs.field(default=5, converter=int)
    back_off: float = attrs.field(default=10.0, converter=float)
    busy_timeout: float = attrs.field(default=5.0, converter=float)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read ``BACKGROUND_JOBS_DATABASE`` and the like.

        Raises:
            SystemExit: There is no URL of a database.
        """
        given = {
            field.name: environment[PREFIX + field.name.upper()]
            for field in attrs.fields(cls)
            if PREFIX + field.name.upper() in environment
        }
        if "database" not in given:
            raise SystemExit(
                f"Set {PREFIX}DATABASE to the URL of a PostgreSQL database, such as "
                "postgresql://user:password@host/database."
            )
        return cls(**given)

    def as_environment(self) -> dict[str, str]:
        """Return what `from_environment` reads, for a process that is started."""
        return {
            PREFIX + name.upper(): str(value)
            for name, value in attrs.asdict(self).items()
        }
