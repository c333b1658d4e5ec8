"""The life of two sites on PostgreSQL; where there is no server this fails."""

import pytest

from student_transfer.testing.model import life_of
from tests.conformance.postgresql import PostgresqlHost
from tests.stateful.test_life import stories

pytestmark = pytest.mark.usefixtures("postgresql")  # stopped in the end
TestLifeOnPostgresql = life_of(PostgresqlHost, stories(5, 20))
