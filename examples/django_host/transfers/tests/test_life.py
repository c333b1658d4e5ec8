"""Two organisations live on the platform, by any story, beside an oracle."""

from hypothesis import settings

from student_transfer.testing.model import BOUNDED, life_of
from transfers.tests.host import SqliteHost

TestLife = life_of(
    SqliteHost, settings(BOUNDED, max_examples=5, stateful_step_count=20)
)
