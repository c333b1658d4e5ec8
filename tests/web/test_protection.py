"""What keeps strangers out: tokens, origins, headers, bounds, and where no code is."""

import logging
import re
from typing import Any

import pytest
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from student_transfer.errors import StorageBusyError
from student_transfer.web import create_app
from tests.services.conftest import (
    MAYA,
    NEW_HEAD,
    OAK_HEAD,
    OLD_HEAD,
    TEACHER,
    TOM,
    TwoSites,
)

from .conftest import Pages, identify


@pytest.fixture
def ready(pages: Pages) -> str:
    """Return a ready import of two students into Oak."""
    pages.sites.add_old("1", **MAYA)
    pages.sites.add_old("2", **TOM)
    pages.sites.add_new("m", **MAYA)
    pages.sites.add_new("t", **TOM)
    return pages.sites.ready()


POSTS = [
    "/enter",
    "/imports",
    "/imports/{}/confirm",
    "/imports/{}/cancel",
    "/imports/{}/analyse-again",
    "/imports/{}/matches",
    "/imports/{}/match/search",
    "/imports/{}/match/decide",
    "/imports/{}/match/undo",
    "/transfer/student",
    "/transfer/code",
    "/merge",
    "/merge/preview",
    "/request-data",
]


def test_an_origin_that_is_none_is_foreign(pages: Pages) -> None:
    """A header that cannot be read is refused, and is no fault of the server."""
    browser = pages.by(NEW_HEAD)
    answer = browser.client.post(
        "/enter", data={"code": "x"}, headers={"origin": "http://[x"}
    )
    assert answer.status_code == 403


def test_every_form_is_in_the_list_above(pages: Pages) -> None:
    """A new form cannot be forgotten by the tests below."""
    paths = {
        re.sub(r"\{\w+\}", "{}", route.path)
        for route in pages.app.routes
        if isinstance(route, Route) and "POST" in (route.methods or ())
    }
    assert paths == {*POSTS, "/codes/{}/revoke", "/merges/{}/undo"}


@pytest.mark.parametrize("path", [*POSTS, "/codes/{}/revoke", "/merges/{}/undo"])
def test_a_form_needs_its_own_token(pages: Pages, ready: str, path: str) -> None:
    """Without it, with a made-up one, or with another's: 403, and no change."""
    browser = pages.by(NEW_HEAD)
    before = pages.sites.service.preview(NEW_HEAD, ready)  # type: ignore[arg-type]
    anothers = pages.by(OAK_HEAD).token()
    for token in ("", "made-up", anothers):
        fields = {
            "token": token,
            "confirmed": "yes",
            "incoming": "1",
            "decision": "new",
            "keep": "m",
            "other": "t",
            "school": "oak",
            "year": "6",
        }
        answer = browser.client.post(path.format(ready), data=fields)
        assert answer.status_code == 403
        assert "could not be accepted as one of yours" in answer.text
    assert pages.sites.service.preview(NEW_HEAD, ready) == before  # type: ignore[arg-type]
    assert pages.sites.student("t")


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "http://testserver"}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "https://proxy.example"}, True),
        ({"origin": "https://proxy.example", "sec-fetch-site": "same-origin"}, True),
        ({}, True),
    ],
)
def test_a_form_comes_from_these_very_pages(
    sites: TwoSites, headers: dict[str, str], accepted: bool
) -> None:
    """The browser's own word on where it is from, then the origin."""
    app = create_app(sites.service, identify, trusted_origins=["https://proxy.example"])
    browser = Pages(sites, app).by(NEW_HEAD)
    answer = browser.client.post(
        "/request-data", data={"token": browser.token()}, headers=headers
    )
    assert (answer.status_code == 200) == accepted
    assert answer.status_code in {200, 403}


def test_tokens_of_processes_with_one_secret_are_one(sites: TwoSites) -> None:
    """With a secret given a form outlives a restart; without, it does not."""
    for secret, status in (("a long secret", 200), (None, 403)):
        one, other = (create_app(sites.service, identify, secret=secret) for _ in "ab")
        token = Pages(sites, one).by(NEW_HEAD).token()
        browser = Pages(sites, other).by(NEW_HEAD)
        answer = browser.client.post("/request-data", data={"token": token})
        assert answer.status_code == status


def test_nobody_and_who_is_sent_to_sign_in(sites: TwoSites) -> None:
    """None is a page with 401; an answer of the host's own is given as it is."""
    client = TestClient(create_app(sites.service, lambda _request: None))
    for path in ("/", "/transfer", "/imports/x", "/merge"):
        answer = client.get(path)
        assert answer.status_code == 401
        assert "not signed in" in answer.text
    assert client.post("/enter", data={"code": "x"}).status_code == 401

    async def sign_in(_request: Any) -> RedirectResponse:
        return RedirectResponse("/sign-in")

    client = TestClient(create_app(sites.service, sign_in))
    answer = client.get("/", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in"


def test_who_may_not_is_told_so(pages: Pages, ready: str) -> None:
    """PERM-1: a teacher sees no page with anything on it."""
    for path in ("/transfer", "/merge", f"/imports/{ready}", "/"):
        answer = pages.by(TEACHER).get(path)
        assert answer.status_code == 403
        assert "You may not" in answer.text


OF_IMPORT = [
    "/imports/{}",
    "/imports/{}/progress",
    "/imports/{}/cancel",
    "/imports/{}/matches",
    "/imports/{}/match?incoming=1",
    "/imports/{}/waterfall.svg?incoming=1&beside=m",
    "/imports/{}/log",
    "/imports/{}/log.csv",
]


@pytest.mark.parametrize("path", OF_IMPORT)
def test_another_sites_import_is_not_found(pages: Pages, ready: str, path: str) -> None:
    """PERM-3: word for word as one that does not exist."""
    assert pages.by(NEW_HEAD).client.get(path.format(ready)).status_code == 200
    stranger = pages.by(OLD_HEAD).client
    found, unknown = stranger.get(path.format(ready)), stranger.get(path.format("none"))
    assert (found.status_code, unknown.status_code) == (404, 404)
    assert found.text == unknown.text
    assert "Maya" not in found.text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/imports/{}/confirm", {}),
        ("/imports/{}/cancel", {"confirmed": "yes"}),
        ("/imports/{}/analyse-again", {}),
        ("/imports/{}/matches", {"name": "maya"}),
        ("/imports/{}/match/search", {"incoming": "1", "name": "maya"}),
        ("/imports/{}/match/decide", {"incoming": "1", "decision": "new"}),
    ],
)
def test_another_sites_import_is_not_changed(
    pages: Pages, ready: str, path: str, fields: dict[str, str]
) -> None:
    """PERM-3: the same for every form."""
    before = pages.sites.service.preview(NEW_HEAD, ready)  # type: ignore[arg-type]
    answer = pages.by(OLD_HEAD).post(path.format(ready), **fields)
    assert answer.status_code == 404
    assert pages.sites.service.preview(NEW_HEAD, ready) == before  # type: ignore[arg-type]


def test_the_headers_are_on_every_answer(
    pages: Pages, ready: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages, refusals, files, redirects and faults alike."""
    browser = pages.by(NEW_HEAD)
    client = TestClient(
        pages.app,
        headers={"x-actor": NEW_HEAD.id},
        raise_server_exceptions=False,
        follow_redirects=False,
    )
    paths = ("/", "/none", "/static/pages.css", "/enter", f"/imports/{ready}/log.csv")
    answers = [client.get(path) for path in paths]
    answers.append(browser.post("/enter", code="x"))

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("with Maya in it")

    monkeypatch.setattr(pages.sites.service, "merges", broken)
    answers.append(client.get("/merge"))
    statuses = [answer.status_code for answer in answers]
    assert statuses == [200, 404, 200, 303, 200, 422, 500]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
    assert [one.headers["cache-control"] for one in answers] == [
        "no-cache" if path.startswith("/static") else "no-store"
        for path in (*paths, "", "")
    ]
    assert "Maya" not in answers[-1].text
    assert "Traceback" not in answers[-1].text
    drawn = browser.get(f"/imports/{ready}/waterfall.svg", incoming="1", beside="m")
    assert "script-src" not in drawn.headers["content-security-policy"]
    assert drawn.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_storage_that_is_busy_is_said_so(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """503, the library's own advice, and the kind of error on the log."""

    def busy(*_args: object) -> None:
        raise StorageBusyError

    monkeypatch.setattr(pages.sites.service, "pending_imports", busy)
    with caplog.at_level(logging.ERROR):
        answer = pages.by(NEW_HEAD).get("/")
    assert answer.status_code == 503
    assert "Try again when the other process is done" in answer.text
    assert "StorageBusyError" in caplog.text


def test_a_code_is_in_no_address_title_or_log(
    pages: Pages, caplog: pytest.LogCaptureFixture
) -> None:
    """CODE-10: neither where it is made nor where it is entered."""
    pages.sites.add_old("1", **MAYA)
    with caplog.at_level(logging.DEBUG):
        made = pages.by(OLD_HEAD).post("/transfer/code", school="elm", year="6")
        found = re.search(r'id="transfer-code"[^>]*>([0-9A-Z-]{29})<', made.text)
        assert found
        code = found.group(1)
        new = pages.by(NEW_HEAD)
        entered = new.post("/enter", code=code)
        started = new.post("/imports", code=code, school="oak")
        refused = new.post("/enter", code=code)
    assert made.text.count(code) == 1
    assert entered.text.count(code) == 1
    assert f'type="hidden" name="code" value="{code}"' in entered.text
    assert code not in str(started.headers)
    for answer in (made, entered, started, refused):
        assert answer.headers["cache-control"] == "no-store"
        title = re.search("<title>(.*?)</title>", answer.text)
        assert code not in (title.group(1) if title else "")
        assert code not in str(answer.url)
    ours = [one for one in caplog.records if not one.name.startswith("httpx")]
    assert not [one for one in ours if code in one.getMessage()]


def test_forms_are_bounded(pages: Pages) -> None:
    """Too large, of another kind, with too many fields: refused, and said so."""
    client = pages.by(NEW_HEAD).client
    form = {"content-type": "application/x-www-form-urlencoded"}
    large = client.post("/enter", content=b"code=" + b"x" * 70_000, headers=form)
    assert large.status_code == 413
    many = client.post("/enter", content=b"a=1&" * 100, headers=form)
    assert many.status_code == 400
    other = client.post("/enter", json={"code": "x"})
    assert other.status_code == 415
    files = client.post("/enter", files={"code": b"x"})
    assert files.status_code == 415
    broken = client.post("/enter", content=b"code=%ff\xff&token=%00", headers=form)
    assert broken.status_code == 403
    assert client.get("/transfer/code", follow_redirects=False).status_code == 303
    assert client.put("/enter").status_code == 405
    assert client.get("/?" + "a=1&" * 100).status_code == 400


@pytest.mark.parametrize("page", ["0", "-1", "9999999", "x", "²", "99999"])
def test_a_page_that_is_none_is_no_fault(pages: Pages, ready: str, page: str) -> None:
    """Any text for a page's number shows a page: past the end, the last one."""
    browser = pages.by(NEW_HEAD)
    for path in (f"/imports/{ready}/matches", f"/imports/{ready}/log"):
        assert browser.get(path, page=page).status_code == 200
