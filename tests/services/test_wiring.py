"""What a service is made of, and what it refuses to be made of."""

from datetime import UTC, datetime
from typing import Any

import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.services import TransferService

from .conftest import NEW_HEAD, TwoSites


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("unit_of_work", "transfer.db"),
        ("clock", datetime(2026, 7, 1, tzinfo=UTC)),
        ("settings", {"match_threshold": 0.7}),
        ("matcher", None),
        ("policy", 3),
        ("on_due", 3),
    ],
)
def test_what_is_no_port_is_refused_when_the_service_is_made(
    field: str, value: object
) -> None:
    """A path, an instant or a dictionary would fail much later, and not say why."""
    ports: dict[str, Any] = {"unit_of_work": MemoryStorage(), field: value}
    with pytest.raises(TypeError, match=f"^{field} has to be") as refused:
        TransferService(**ports)
    assert "transfer.db" not in str(refused.value)  # a URL may have a password


@pytest.mark.parametrize("action", ["merge student records", None])
def test_an_action_that_is_none_is_nobodys(sites: TwoSites, action: Any) -> None:
    """PERM-2, PERM-4: a policy is asked about actions, and about nothing else."""
    with pytest.raises(TypeError, match=r"permissions\.Action"):
        sites.service.students(NEW_HEAD, action)
