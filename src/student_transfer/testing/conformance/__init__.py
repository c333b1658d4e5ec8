"""One test a promise of `student_transfer.ports`, for any storage.

A host proves that its storage keeps them by a subclass of `StorageContract` in its own
tests, which names the factory of its `student_transfer.testing.Host`::

    class TestOurStorage(StorageContract):
        make_host = OurHost

There is also a contract for each port, to begin with one. Nothing here is collected by
pytest but through such a subclass.

Every contract is a class of promises:

- `contract`: what all have, a host and a new storage for each promise.
- `suite`: all of them, for the host that a run was started for.

Promises of each port:

- `unit_of_work`: what a transaction promises.
- `site_directory`: sites and schools.
- `roster`, `student_records` and `matching_index`: students, records, candidates.
- `code_store`, `import_store`, `merge_store` and `applied_match_store`: the others.

Promises that a host claims besides:

- `durability`: a storage that is opened again.
- `threads`, `processes` and `races`: several at once.
- `recovery`: what is done again after a failure.
- `back_door`: what is left in the tables.

Besides:

- `showing`: in what two values differ.
"""

import pytest

_CONTRACTS = (
    "applied_match_store",
    "back_door",
    "code_store",
    "durability",
    "import_store",
    "matching_index",
    "merge_store",
    "processes",
    "races",
    "recovery",
    "roster",
    "site_directory",
    "student_records",
    "threads",
    "unit_of_work",
)
# so that a promise that fails shows the values that were compared
pytest.register_assert_rewrite(*(f"{__name__}.{name}" for name in _CONTRACTS))

from student_transfer.testing.conformance.applied_match_store import (  # noqa: E402
    AppliedMatchStoreContract,
)
from student_transfer.testing.conformance.back_door import BackDoorContract  # noqa: E402
from student_transfer.testing.conformance.code_store import CodeStoreContract  # noqa: E402
from student_transfer.testing.conformance.contract import Contract  # noqa: E402
from student_transfer.testing.conformance.durability import DurabilityContract  # noqa: E402
from student_transfer.testing.conformance.import_store import ImportStoreContract  # noqa: E402
from student_transfer.testing.conformance.matching_index import MatchingIndexContract  # noqa: E402
from student_transfer.testing.conformance.merge_store import MergeStoreContract  # noqa: E402
from student_transfer.testing.conformance.processes import ProcessesContract  # noqa: E402
from student_transfer.testing.conformance.recovery import RecoveryContract  # noqa: E402
from student_transfer.testing.conformance.roster import RosterContract  # noqa: E402
from student_transfer.testing.conformance.site_directory import SiteDirectoryContract  # noqa: E402
from student_transfer.testing.conformance.student_records import StudentRecordContract  # noqa: E402
from student_transfer.testing.conformance.threads import ThreadsContract  # noqa: E402
from student_transfer.testing.conformance.unit_of_work import UnitOfWorkContract  # noqa: E402

__all__ = [
    "AppliedMatchStoreContract",
    "BackDoorContract",
    "CodeStoreContract",
    "Contract",
    "DurabilityContract",
    "ImportStoreContract",
    "MatchingIndexContract",
    "MergeStoreContract",
    "ProcessesContract",
    "RecoveryContract",
    "RosterContract",
    "SiteDirectoryContract",
    "StorageContract",
    "StudentRecordContract",
    "ThreadsContract",
    "UnitOfWorkContract",
]


class StorageContract(
    UnitOfWorkContract,
    SiteDirectoryContract,
    RosterContract,
    StudentRecordContract,
    MatchingIndexContract,
    CodeStoreContract,
    ImportStoreContract,
    MergeStoreContract,
    AppliedMatchStoreContract,
    DurabilityContract,
    BackDoorContract,
    ThreadsContract,
    ProcessesContract,
):
    """Every promise of every port."""
