"""One test a promise of `student_transfer.ports`, for any storage.

A storage is tried by a subclass of `StorageConformance` that gives a ``storage``
fixture, an empty storage for every test, and says how sites get into it.
"""

from tests.conformance.promises.code_store import CodeStorePromises
from tests.conformance.promises.import_store import ImportStorePromises
from tests.conformance.promises.matching_index import MatchingIndexPromises
from tests.conformance.promises.merge_store import MergeStorePromises
from tests.conformance.promises.roster import RosterPromises
from tests.conformance.promises.site_directory import SiteDirectoryPromises
from tests.conformance.promises.student_records import StudentRecordPromises
from tests.conformance.promises.unit_of_work import UnitOfWorkPromises


class StorageConformance(
    UnitOfWorkPromises,
    SiteDirectoryPromises,
    RosterPromises,
    StudentRecordPromises,
    MatchingIndexPromises,
    CodeStorePromises,
    ImportStorePromises,
    MergeStorePromises,
):
    """Every promise of the ports."""

    def test_no_promise_hides_another(self) -> None:
        """Two classes of promises have no test of one name, or one would not run."""
        names = [
            name
            for promises in StorageConformance.__bases__
            for name in vars(promises)
            if name.startswith("test_")
        ]
        assert len(names) == len(set(names))
