"""What a service is made of, and what it refuses to be made of."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.codes import YearScope
from student_transfer.imports import ImportId
from student_transfer.permissions import Action, DefaultPolicy
from student_transfer.services import TransferService
from student_transfer.sites import SiteKind
from student_transfer.students import Student, StudentKey

from .conftest import ELM, MAYA, NEW, NEW_HEAD, OAK, OLD_HEAD, TwoSites

ACTION = Action.MERGE_STUDENTS
NETWORK = SiteKind.NETWORK
YEAR = YearScope(ELM, "6")
STUDENT = Student(key=StudentKey("2"), site_id=NEW)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("unit_of_work", "transfer.db"),
        ("clock", datetime(2026, 7, 1, tzinfo=UTC)),
        ("settings", {"match_threshold": 0.7}),
        ("matcher", None),
        ("policy", 3),
        ("policy", DefaultPolicy),
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


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda it, _: it.codes("head@new"), "actor has to be of type Actor"),
        (lambda it, _: it.generate_code(NEW_HEAD, "6"), "scope has to be"),
        (
            lambda it, _: it.look_up(NEW_HEAD, it.generate_code(OLD_HEAD, YEAR)),
            "^code has to be a text or of type TransferCode, and is of type NewCode$",
        ),
        (lambda it, _: it.look_up(NEW_HEAD, None), "and is of type NoneType$"),
        (lambda it, _: it.start_import(NEW_HEAD, 7, OAK), "code has to be a text or"),
        (lambda it, _: it.who_goes(NEW_HEAD, "6"), "scope has to be"),
        (lambda it, _: it.students(NEW_HEAD, "merge"), "of type Action, and is"),
        (lambda it, _: it.students(NEW_HEAD, None), "of type Action, and is"),
        (lambda it, _: it.students(NEW_HEAD, ACTION, year=6), "year has to be a text"),
        (
            lambda it, _: it.request_email(NEW_HEAD, about="year", source=NETWORK),
            "about has to be of type RequestFor",
        ),
        (lambda it, one: it.preview(NEW_HEAD, it.progress(NEW_HEAD, one)), "import_id"),
        (lambda it, one: it.preview(one, NEW_HEAD), "actor has to be of type Actor"),
        (
            lambda it, one: it.preview(NEW_HEAD, one, import_as="new"),
            "of type ImportAs",
        ),
        (
            lambda it, one: it.clear_match(NEW_HEAD, one, 1),
            "source_key has to be a text",
        ),
        (
            lambda it, one: it.keep_match(NEW_HEAD, one, "1", 2),
            "match has to be a text or None, and is of type int",
        ),
        (
            lambda it, one: it.review_row(NEW_HEAD, one, "1", about="m"),
            "about has to be of type Collection, and is of type str",
        ),
        (
            lambda it, one: it.choose_match(NEW_HEAD, one, "1", STUDENT),
            "student_key has to be a text, and is of type Student",
        ),
        (
            lambda it, one: it.confirm(NEW_HEAD, one, accept_unreviewed="false"),
            "accept_unreviewed has to be of type bool",
        ),
        (lambda it, one: it.run_import(one, 3), "on_progress has to be"),
    ],
)
def test_an_argument_of_another_type_is_refused_by_name(
    sites: TwoSites, call: Callable[[Any, ImportId], object], told: str
) -> None:
    """Else a mistaken key is an error of the database, and a text counts as yes."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    before = sites.service.progress(NEW_HEAD, import_id)
    with pytest.raises(TypeError, match=told):
        call(sites.service, import_id)
    assert sites.service.progress(NEW_HEAD, import_id) == before


def test_arguments_that_no_use_case_has_are_refused_as_ever(sites: TwoSites) -> None:
    """Python's own error names what is too much, or is not there."""
    service: Any = sites.service
    with pytest.raises(TypeError, match="positional"):
        service.codes(NEW_HEAD, "oak")
    with pytest.raises(TypeError, match="unexpected keyword argument 'school'"):
        service.codes(NEW_HEAD, school="oak")
