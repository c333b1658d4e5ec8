"""What no storage keeps is refused by all alike."""

from typing import Any

import pytest

from student_transfer.errors import StorageError
from student_transfer.sites import SchoolId, SiteId
from student_transfer.storing.kept_text import check_student
from student_transfer.students import TEXT_FIELDS, Student, StudentKey


@pytest.mark.parametrize("damaged", ["a\0", "\ud800"])
@pytest.mark.parametrize("field", [*TEXT_FIELDS, "enrolments"])
def test_each_text_of_a_student_is_looked_at(field: str, damaged: str) -> None:
    """PERM-3: what PostgreSQL refuses in any field is refused in memory, too."""
    sound: dict[str, Any] = {
        "key": StudentKey("1"),
        "site_id": SiteId("a"),
        "enrolments": [SchoolId("elm")],
    }
    check_student(Student(**sound))
    value = [damaged] if field == "enrolments" else damaged
    with pytest.raises(StorageError) as refused:
        check_student(Student(**{**sound, field: value}))
    assert damaged not in str(refused.value)
