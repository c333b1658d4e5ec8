"""The life of two sites on the library's storages, by any story, beside an oracle.

``STUDENT_TRANSFER_STORIES=1000`` tells so many stories on each of them, by hand.
"""

import os

from hypothesis import settings

from student_transfer.testing.model import BOUNDED, life_of
from tests.conformance.hosts import MemoryHost, SqliteHost


def stories(count: int, steps: int) -> settings:
    """Tell so many stories of so many steps, or as many as are asked for."""
    asked = int(os.environ.get("STUDENT_TRANSFER_STORIES", count))
    return settings(BOUNDED, max_examples=asked, stateful_step_count=steps)


TestLifeInMemory = life_of(MemoryHost, stories(80, 40))
TestLifeOnSqlite = life_of(SqliteHost, stories(10, 30))
