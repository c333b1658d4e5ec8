"""A clock that jumps changes what the rule says of an instant, and breaks nothing."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from student_transfer.codes import LIFETIME
from student_transfer.errors import (
    ExpiredCodeError,
    RevokedCodeError,
    StudentTransferError,
    UsedCodeError,
)
from student_transfer.import_log import SourceImportStatus
from student_transfer.imports import ImportState
from tests.services.conftest import (
    MAYA,
    NEW_HEAD,
    OLD,
    OLD_HEAD,
    START,
    TOM,
    TwoSites,
    star,
)

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
EDGES = [
    FIRST,
    LAST,
    datetime(1, 1, 1, 12, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    datetime(9999, 12, 1, 0, tzinfo=UTC),
]
BEYOND = [
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
]
INSTANTS = st.sampled_from(EDGES) | st.datetimes(timezones=st.just(UTC))
PER_TEST = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_what_is_expired_is_so_by_the_clock_alone(sites: TwoSites) -> None:
    """CODE-5: years forward it is expired; back within 30 days it is not."""
    sites.add_old("1", **MAYA)
    code = sites.code()
    for days, expired in ((3650, True), (-40, False), (30, False), (30.0001, True)):
        sites.clock.now = START + timedelta(days=days)
        if expired:
            with pytest.raises(ExpiredCodeError):
                sites.service.look_up(NEW_HEAD, code)
        else:
            assert sites.service.look_up(NEW_HEAD, code).enter_until == START + LIFETIME
        [entry] = sites.service.codes(OLD_HEAD)
        assert entry.status.value == ("expired" if expired else "available")


@pytest.mark.parametrize("instant", EDGES)
def test_what_is_revoked_or_used_stays_so(sites: TwoSites, instant: datetime) -> None:
    """CODE-4, CODE-8: no jump makes a code valid again that its life has ended."""
    sites.add_old("1", **MAYA)
    withdrawn = sites.code()
    [entry] = sites.service.codes(OLD_HEAD)
    sites.service.revoke_code(OLD_HEAD, entry.issued.id)
    used = sites.code()
    sites.done(used)
    sites.clock.now = instant
    with pytest.raises(RevokedCodeError):
        sites.service.look_up(NEW_HEAD, withdrawn)
    with pytest.raises(UsedCodeError):
        sites.service.look_up(NEW_HEAD, used)


@pytest.mark.parametrize("instant", BEYOND)
def test_a_clock_beyond_the_calendar_is_refused(
    sites: TwoSites, instant: datetime
) -> None:
    """CODE-5: an instant that is none in UTC is an error, and nothing is changed."""
    sites.add_old("1", **MAYA)
    sites.clock.now = instant
    with pytest.raises(StudentTransferError, match="beyond the calendar"):
        sites.code()
    sites.clock.now = START
    assert sites.service.codes(OLD_HEAD) == ()


def test_a_code_of_the_last_day_expires_with_the_calendar(sites: TwoSites) -> None:
    """CODE-5: there is no later instant to show, and showing it is no overflow."""
    sites.add_old("1", **MAYA)
    sites.clock.now = LAST
    code = sites.code()
    assert sites.service.look_up(NEW_HEAD, code).enter_until == LAST
    [entry] = sites.service.codes(OLD_HEAD)
    assert entry.issued.expires_at == LAST


def test_a_started_import_goes_on_after_any_jump(sites: TwoSites) -> None:
    """CODE-5: what began in time is confirmed and runs, ten years on or before."""
    sites.add_old("1", star("old", "a"), **MAYA)
    import_id = sites.ready()
    sites.clock.advance(days=3650)
    sites.service.analyse_again(NEW_HEAD, import_id)
    sites.service.analyse(import_id)
    sites.clock.advance(days=-7300)
    sites.service.confirm(NEW_HEAD, import_id)
    sites.clock.advance(days=3)
    assert sites.service.pending_imports(NEW_HEAD)[0].overdue
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED
    [student] = sites.everybody()
    assert len(sites.records(student.key)) == 1


@given(st.lists(INSTANTS, min_size=9, max_size=9))
@settings(PER_TEST, max_examples=25)
def test_a_clock_that_is_anywhere_loses_nobody(
    sites: TwoSites, instants: list[datetime]
) -> None:
    """CODE-5, IMP-6: whatever the clock says at each step, the rule decides alone."""
    jumps = iter(instants)
    service = sites.service

    def jump() -> None:
        sites.clock.now = next(jumps)

    if sites.student("1", OLD) is None:
        sites.add_old("1", star("old", "a"), **MAYA)
        sites.add_old("2", star("old", "b"), **TOM)
    jump()
    code = sites.code()
    jump()
    if instants[1] - instants[0] > LIFETIME:
        with pytest.raises(ExpiredCodeError):
            sites.start(code)
        return
    import_id = sites.start(code).id
    steps = (
        lambda: service.analyse(import_id),
        lambda: (service.codes(OLD_HEAD), service.pending_imports(NEW_HEAD)),
        lambda: service.preview(NEW_HEAD, import_id),
        lambda: service.confirm(NEW_HEAD, import_id),
        lambda: service.run_import(import_id),
        lambda: service.completed_imports(NEW_HEAD),
    )
    for step in steps:
        jump()
        step()
    jump()
    log = service.import_log(NEW_HEAD, import_id)
    assert {row.first_name for row in log} == {"Maya", "Thomas"}
    assert SourceImportStatus.FAILED not in {row.source_import_status for row in log}
    there = sites.everybody()
    assert [one.given_name for one in there] == ["Maya", "Thomas"]
    assert [len(sites.records(one.key)) for one in there] == [1, 1]
