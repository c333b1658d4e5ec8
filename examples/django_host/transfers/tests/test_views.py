"""An administrator enters a code in the browser, and a timer does the rest."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from schools.models import Organisation, Pupil, School, StaffAccount
from student_transfer.errors import StorageError
from student_transfer.sites import SchoolId
from transfers.models import TransferImport
from transfers.service import service
from transfers.tests.host import SqliteHost
from transfers.tests.platform import Platform, at_location


def logged_in(account: StaffAccount) -> Client:
    """Return the browser of somebody who is logged in."""
    client = Client()
    client.force_login(account.user)
    return client


def test_a_code_is_entered(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    """LOOK-1 to LOOK-3: the school is shown, one is chosen, and the analysis runs."""
    platform.pupil(platform.elm, "Maya", "Okafor")
    code, browser = platform.code(), logged_in(platform.new_head)
    found = browser.post("/transfers/enter/", {"code": code})
    assert "Elm Primary of The old trust" in found.content.decode()
    assert "Okafor" not in found.content.decode()
    started = browser.post("/transfers/start/", {"code": code, "school": "oak"})
    assert (started.status_code, started["Location"]) == (302, "/transfers/")
    assert "analysing" in browser.get("/transfers/").content.decode()
    call_command("run_transfers")
    assert capsys.readouterr().out.endswith(": ready\n")
    listed = browser.get("/transfers/")
    assert "Import the students" in listed.content.decode()
    [pending] = listed.context["pending"]
    for who, status in ((platform.old_head, 404), (platform.new_head, 302)):
        answer = logged_in(who).post(
            "/transfers/confirm/", {"import": pending.import_.id}
        )
        assert answer.status_code == status
    call_command("run_transfers")
    assert "imported with no changes" in browser.get("/transfers/").content.decode()
    assert Pupil.objects.get(organisation=platform.new).surname == "Okafor"


def test_invented_trusts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What ``invent_trusts`` prints works in the browser; and only once."""
    with at_location(SqliteHost().begin(tmp_path)):
        call_command("invent_trusts")
        told = capsys.readouterr().out
        [(name, password)] = re.findall(r"as (head-new), password (\w+)", told)
        [code] = re.findall(r"enters ([-\w]+) at", told)
        browser = Client()
        logging_in = {"username": name, "password": password}
        assert browser.post("/login/?next=/transfers/", logging_in).status_code == 302
        started = browser.post("/transfers/start/", {"code": code, "school": "oak"})
        assert started.status_code == 302
        with pytest.raises(CommandError, match="There are organisations"):
            call_command("invent_trusts")


def test_a_page_says_what_is_wrong(platform: Platform) -> None:
    """CODE-11: each refusal is shown with its advice, and not stored anywhere."""
    platform.pupil(platform.elm, "Maya", "Okafor")
    code, browser = platform.code(), logged_in(platform.new_head)
    refused = browser.post("/transfers/enter/", {"code": "nonsense"})
    assert refused.status_code == 409
    assert "This is not a transfer code." in refused.content.decode()
    own = logged_in(platform.old_head).post("/transfers/enter/", {"code": code})
    assert "generated on your own site" in own.content.decode()
    assert code not in own.content.decode()
    elsewhere = {"code": code, "school": "elm"}
    assert browser.post("/transfers/start/", elsewhere).status_code == 404
    assert not TransferImport.objects.exists()


def test_who_may_not_enter_a_code(platform: Platform) -> None:
    """PERM-1, PERM-2: nobody, no teacher, and no head of another school."""
    platform.pupil(platform.elm, "Maya", "Okafor")
    entered = {"code": platform.code(), "school": "oak"}
    jobs = StaffAccount.Job
    teacher = platform.staff("teacher", platform.new, jobs.TEACHER, platform.oak)
    head = platform.staff("fir", platform.new, jobs.SCHOOL_ADMIN, platform.fir)
    for who in (teacher, head):
        refused = logged_in(who).post("/transfers/start/", entered)
        assert refused.status_code == 403
    stranger = Client().post("/transfers/start/", entered)
    assert stranger["Location"].startswith("/login/")
    own = platform.staff("oak", platform.new, jobs.SCHOOL_ADMIN, platform.oak)
    assert logged_in(own).post("/transfers/start/", entered).status_code == 302


def test_a_user_without_an_account(platform: Platform) -> None:
    """Somebody who logs in and works nowhere may do nothing."""
    platform.new_head.delete()
    assert logged_in(platform.new_head).get("/transfers/enter/").status_code == 403


def test_other_sites_see_nothing(platform: Platform) -> None:
    """PERM-3: an import is on the list of its own site alone."""
    platform.pupil(platform.elm, "Maya", "Okafor")
    platform.started()
    third = Organisation.objects.create(slug="third", name="A third")
    School.objects.create(organisation=third, code="oak", name="Oak of the third")
    for who in (platform.old_head, platform.staff("third", third)):
        shown = logged_in(who).get("/transfers/").content.decode()
        assert "Oak Primary" not in shown
    assert (
        "Oak Primary"
        in logged_in(platform.new_head).get("/transfers/").content.decode()
    )


def test_a_form_has_to_be_ours(platform: Platform) -> None:
    """A page of somebody else's cannot enter a code."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(platform.new_head.user)
    assert client.post("/transfers/enter/", {"code": "x"}).status_code == 403


def test_a_timer_hears_of_a_failure(
    platform: Platform,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A step that fails has a reference code, and the command ends with an error."""
    platform.pupil(platform.elm, "Maya", "Okafor")
    code = platform.code()
    service().start_import(platform.destination, code, SchoolId("oak"))

    def fail(*_: object, **__: object) -> None:
        raise StorageError

    monkeypatch.setattr("transfers.roster.PlatformRoster.blocked", fail)
    with pytest.raises(CommandError, match="1 of 1 steps failed"):
        call_command("run_transfers")
    assert "reference code" in capsys.readouterr().out
