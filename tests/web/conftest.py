"""Two sites, a clock, and clients who act as somebody on the pages."""

import re
from html import unescape
from typing import Any

import attrs
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from student_transfer.permissions import Actor
from student_transfer.web import create_app
from tests.services.conftest import (
    ASH_HEAD,
    ELM_HEAD,
    FIR_HEAD,
    NEW_HEAD,
    OAK_HEAD,
    OLD_HEAD,
    TEACHER,
    TwoSites,
    sites,
    sqlite,
    storage,
)

__all__ = ["sites", "sqlite", "storage"]

PEOPLE: dict[str, Actor] = {
    actor.id: actor
    for actor in (
        *(OLD_HEAD, NEW_HEAD, ELM_HEAD, ASH_HEAD, OAK_HEAD, FIR_HEAD, TEACHER),
    )
}
VERSION = re.compile(r'name="version" value="([^"]+)"')
TOKEN = re.compile(r'name="token" value="([^"]+)"')


def identify(request: Request) -> Actor | None:
    """Return who acts, by a header that only tests have."""
    return PEOPLE.get(request.headers.get("x-actor", ""))


@attrs.frozen
class Browser:
    """Somebody who looks at pages and sends forms, without any script."""

    client: TestClient
    prefix: str = ""

    def get(self, path: str, **query: str) -> Any:
        """Load a page."""
        return self.client.get(self.prefix + path, params=query or None)

    def see(self, path: str, **query: str) -> str:
        """Load a page that there is; give its text."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def token(self) -> str:
        """Take the token of a page with a form."""
        found = TOKEN.search(self.get("/").text)
        assert found
        return found.group(1)

    def post(self, path: str, **fields: str) -> Any:
        """Send a form with its token; follows no redirect."""
        return self.client.post(
            self.prefix + path,
            data={"token": self.token(), **fields},
            follow_redirects=False,
        )

    def do(self, path: str, **fields: str) -> str:
        """Send a form that is accepted; give the text of the page it leads to."""
        answer = self.post(path, **fields)
        if answer.status_code == 303:
            answer = self.client.get(answer.headers["location"])
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def version(self, path: str) -> str:
        """Take the version of an import that its page has shown."""
        found = VERSION.search(self.see(path))
        assert found
        return found.group(1)


@attrs.frozen
class Pages:
    """The pages over two sites, and who looks at them."""

    sites: TwoSites
    app: Starlette

    @property
    def due(self) -> list[str]:
        """The imports of which a background step is due."""
        return [one.import_id for one in self.sites.service.due()]

    def by(self, actor: Actor, *, prefix: str = "", app: Any = None) -> Browser:
        """Return a browser of the actor."""
        client = TestClient(
            app or self.app,
            headers={"x-actor": actor.id},
        )
        return Browser(client, prefix)


@pytest.fixture
def pages(sites: TwoSites) -> Pages:
    """Return the pages over both storages in turn."""
    return Pages(sites, create_app(sites.service, identify))
