"""How the conformance kit gets at a host's storage."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, Flag, auto
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar

from student_transfer.ports import UnitOfWorkFactory
from student_transfer.sites import School, Site, SiteId

S = TypeVar("S", bound=UnitOfWorkFactory)


class Capability(Flag):
    """What a storage can do, or lets a test do, beyond what every one has to.

    A promise whose capability a host does not claim is reported as not claimed.

    Attributes:
        SITES: `Host.put_sites` puts sites and schools into the storage.
        DURABLE: A storage that is opened again at its location has what was committed.
        THREADS: Threads use one storage at the same time.
        PROCESSES: Processes open the storage of one location at the same time.
        BACK_DOOR: `Host.count_rows` counts the stored rows past the storage.
    """

    SITES = auto()
    DURABLE = auto()
    THREADS = auto()
    PROCESSES = auto()
    BACK_DOOR = auto()


MEANINGS: Mapping[Capability, str] = MappingProxyType(
    {
        Capability.SITES: "put_sites puts sites and schools into the storage",
        Capability.DURABLE: "a storage opened again has what was committed",
        Capability.THREADS: "threads use one storage at the same time",
        Capability.PROCESSES: "processes open one location at the same time",
        Capability.BACK_DOOR: "count_rows counts rows past the storage",
    }
)
"""What a host claims with each capability, in words."""


NOT_CLAIMED = "not claimed: "
"""How the reason begins for which a promise is not tried."""


class Rows(Enum):
    """What `Host.count_rows` counts."""

    STUDENTS = "students"
    RECORDS = "records"
    CODES = "codes"
    IMPORTS = "imports"
    MERGES = "merges"
    APPLIED_MATCHES = "applied_matches"


class Host(ABC, Generic[S]):
    """Opens a host's storage for the kit; a host subclasses it and gives `open`.

    Each promise gets a new host, made by the factory that the host's subclass of a
    contract names, or by the one that is given on the command line. Making one should
    cost nothing.

    Attributes:
        claims: The optional capabilities that the storage has. What is claimed must
            hold: a claim whose method is missing is a promise that fails.
    """

    claims: ClassVar[Capability] = Capability(0)

    def begin(self, folder: Path) -> str:
        """Make a place that holds no data, and give its location.

        Called once before each promise. By default the location is the folder, which
        is new and empty. A host with a server empties its tables here, and gives a
        text by which `open` finds them, also in another process.
        """
        return str(folder)

    @abstractmethod
    def open(self, location: str) -> S:
        """Open the storage at a location, with whatever was committed there."""

    def close(self, storage: S) -> None:
        """Let go of a storage; by default by its method ``close``, if it has one."""
        close: Callable[[], object] | None = getattr(storage, "close", None)
        if close is not None:
            close()

    def put_sites(
        self, storage: S, sites: Sequence[Site], schools: Sequence[School]
    ) -> None:
        """Put sites and their schools into the storage for good (`Capability.SITES`).

        Called once before each promise, so that students find their schools there.
        """
        raise NotImplementedError("The host claims SITES and has no put_sites.")

    def snapshot(self, storage: S) -> Callable[[], object] | None:
        """Keep all that a storage has; give what puts it back, as often as it is asked.

        It only saves time: `RecoveryContract` then takes once what comes before each of
        hundreds of failures. None, which is given by default: it is taken each time.
        """
        del storage
        return None

    def count_rows(self, location: str, rows: Rows, site_id: SiteId) -> int:
        """Count the committed rows of a site (`Capability.BACK_DOOR`).

        Not through the storage that is tried, but for example by a statement on its
        tables: this is how the kit sees what the storage does not show.
        """
        raise NotImplementedError("The host claims BACK_DOOR and has no count_rows.")


Factory = Callable[[], Host[Any]]
"""Makes a host: a subclass of `Host`, or any function that gives one."""


def find_factory(reference: str) -> Factory:
    """Import the factory that a reference names.

    Args:
        reference: ``MODULE:NAME``, such as ``our_app.storage_host:OurHost``.

    Raises:
        ValueError: It names no module, or nothing in it that can be called.
    """
    module, _, name = reference.partition(":")
    if not module or not name:
        raise ValueError(f"{reference!r} is not of the form MODULE:FACTORY.")
    try:
        factory: Factory = attrgetter(name)(import_module(module))
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # the module is there, and needs another that is not
        raise ValueError(f"There is no module {error.name}.") from error
    except AttributeError as error:
        raise ValueError(f"The module {module} has no {name}.") from error
    if not callable(factory):
        raise ValueError(f"{reference} cannot be called to make a host.")  # noqa: TRY004 - the reference is what is wrong
    return factory


def reference_of(factory: Factory) -> str:
    """Return the ``MODULE:NAME`` by which another process imports a factory.

    Raises:
        ValueError: It cannot be imported by a name.
    """
    module, name = (getattr(factory, of, "") for of in ("__module__", "__qualname__"))
    if not module or not name or module == "__main__" or "<" in name:
        raise ValueError(
            f"Another process cannot import {factory!r}: a host that claims PROCESSES "
            "has its factory at the top of a module."
        )
    return f"{module}:{name}"
