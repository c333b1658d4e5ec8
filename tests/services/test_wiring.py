"""What a service is made of, and what it refuses to be made of."""

from datetime import UTC, datetime
from typing import Any

import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.permissions import Action
from student_transfer.request_email import RequestFor
from student_transfer.services import TransferService
from student_transfer.sites import SiteKind

from .conftest import MAYA, NEW_HEAD, TwoSites


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("unit_of_work", "transfer.db"),
        ("clock", datetime(2026, 7, 1, tzinfo=UTC)),
        ("settings", {"match_threshold": 0.7}),
        ("matcher", None),
        ("policy", 3),
        ("on_due", 3),
        ("on_failure", "log"),
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


@pytest.mark.parametrize("page", [{"offset": -1}, {"limit": -1}])
def test_a_page_does_not_begin_at_the_end(
    sites: TwoSites, page: dict[str, int]
) -> None:
    """A child who is left out of a review without a word would be merged unseen."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    with pytest.raises(ValueError, match="0 or more"):
        sites.service.preview(NEW_HEAD, import_id, **page)  # type: ignore[arg-type]  # offset or limit
    with pytest.raises(ValueError, match="0 or more"):
        sites.service.students(NEW_HEAD, Action.MERGE_STUDENTS, **page)  # type: ignore[arg-type]  # likewise


def test_what_is_no_scope_and_no_kind_of_request_is_refused(sites: TwoSites) -> None:
    """A text where a value of the library is meant fails at once, by name."""
    scope: Any = "6"
    with pytest.raises(TypeError, match="YearScope or a StudentScope"):
        sites.service.generate_code(NEW_HEAD, scope)
    for about, source in (
        ("student", SiteKind.NETWORK),
        (RequestFor.STUDENT, "school"),
    ):
        asked: dict[str, Any] = {"about": about, "source": source}
        with pytest.raises(TypeError, match="has to be a"):
            sites.service.request_email(NEW_HEAD, **asked)


@pytest.mark.parametrize("action", ["merge student records", None])
def test_an_action_that_is_none_is_nobodys(sites: TwoSites, action: Any) -> None:
    """PERM-2, PERM-4: a policy is asked about actions, and about nothing else."""
    with pytest.raises(TypeError, match=r"permissions\.Action"):
        sites.service.students(NEW_HEAD, action)
