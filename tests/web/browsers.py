"""A host of the pages in a thread of its own, and a real browser to look at it."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import which
from threading import Thread
from time import monotonic, sleep
from typing import Any

import attrs
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from student_transfer.adapters.sql import SqlStorage
from student_transfer.cli.serving import Worker, demonstration
from student_transfer.demo.filling import fill
from student_transfer.demo.world import World, world
from student_transfer.services import TransferService

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
PAGES = "/transfer-student-data"
_PATIENCE = 20.0  # seconds


def need_chromium() -> str:
    """Return the path of the browser; on CI there has to be one."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("there is no chromium: apt-get install chromium")
        pytest.skip("there is no chromium here: apt-get install chromium")
    return CHROMIUM


_TOO_WIDE = """() => document.documentElement.scrollWidth <= 320 ? [] :
    [...document.querySelectorAll("body *")]
        .filter(one => one.getBoundingClientRect().right > 320)
        .map(one => one.outerHTML.slice(0, 120))"""


@attrs.frozen
class Served:
    """The demonstration as it is served, and what is behind it."""

    address: str
    service: TransferService
    world: World
    storage: SqlStorage


@cache
def _invented() -> World:
    return world(1)


def prepare(database: Path) -> None:
    """Make the database that each test begins with."""
    with SqlStorage.open(database) as storage:
        fill(storage, _invented())


@contextmanager
def served(database: Path) -> Iterator[Served]:
    """Serve the demonstration on a port of this machine, with its worker."""
    invented = _invented()
    with SqlStorage.open(database) as storage:
        worker = Worker(storage)
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            config = uvicorn.Config(
                demonstration(storage, worker.service),
                log_level="critical",
                lifespan="off",
            )
            server = uvicorn.Server(config)
            thread = Thread(target=server.run, args=([listening],), daemon=True)
            thread.start()
            worker.start()
            ends = monotonic() + _PATIENCE
            while not server.started and monotonic() < ends:
                sleep(0.02)
            port = listening.getsockname()[1]
            address = f"http://127.0.0.1:{port}"
            yield Served(address, worker.service, invented, storage)
            server.should_exit = True
            worker.stop()
            thread.join(_PATIENCE)


@attrs.define
class Person:
    """Somebody at a browser: looks, clicks, and complains of what is not right."""

    page: Page
    address: str
    complaints: list[str] = attrs.field(factory=list)
    checked: set[str] = attrs.field(factory=set)

    @classmethod
    def at(cls, browser: Browser, address: str, **context: Any) -> "Person":
        """Sit down at a browser of one's own."""
        page = browser.new_context(**context).new_page()
        page.set_default_timeout(_PATIENCE * 1000)
        one = cls(page, address)
        page.on("console", lambda said: one.heard(said.type, said.text))
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        return one

    def heard(self, kind: str, text: str) -> None:
        """Remember errors and warnings; that a page was refused is no error of it."""
        refused = "the server responded with a status of 4" in text
        if kind in {"error", "warning"} and not refused:
            self.complaints.append(text)

    def act_as(self, who: str) -> None:
        """Choose who to be, on the demonstration's first page."""
        self.page.goto(self.address)
        self.click(f"Act as {who}")

    def go(self, path: str) -> None:
        """Load a page of the pages."""
        self.page.goto(f"{self.address}{PAGES}{path}")

    def click(self, name: str) -> None:
        """Click the first button of that name, or link whose name begins so."""
        main = self.page.locator("main")
        button = main.get_by_role("button", name=name, exact=True)
        link = main.get_by_role("link", name=name)
        button.or_(link).first.click()

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def fill(self, label: str, text: str) -> None:
        """Write into the field of that label."""
        self.page.get_by_label(label, exact=True).fill(text)

    def choose(self, label: str, option: str) -> None:
        """Choose in the list of that label."""
        self.page.get_by_label(label, exact=True).select_option(label=option)

    def sees(self, text: str) -> None:
        """Wait until the text is there."""
        self.page.get_by_text(text).first.wait_for(state="visible")

    def enter(self, code: str) -> None:
        """Enter a transfer code."""
        self.go("/")
        self.fill("Enter Transfer Code", code)
        self.click("Import Student Data")

    def generate(self, school: str, year: str) -> str:
        """Generate a code for a year."""
        self.go("/transfer")
        self.choose("School", school)
        self.click("Show the years")
        field = self.page.get_by_label("Year", exact=True)
        option = field.locator("option").filter(has_text=f"Year {year} ")
        field.select_option(label=option.inner_text())
        self.click("Continue")
        self.click("Generate Transfer Code")
        return self.page.locator("#transfer-code").inner_text()

    def looks(self, name: str) -> None:
        """Look at a page well: axe-core has nothing to say, and a phone is enough."""
        self.page.wait_for_load_state("load")
        found = Axe().run(self.page).response["violations"]
        said = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
        assert not said, f"{name}: {said}"
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": 320, "height": 640})
        wide = self.page.evaluate(_TOO_WIDE)
        assert not wide, f"{name} is too wide for a phone: {wide}"
        if size:
            self.page.set_viewport_size(size)
        shots = os.environ.get("STUDENT_TRANSFER_SHOTS")
        if shots:
            Path(shots).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(shots) / f"{name}.png", full_page=True)
        self.checked.add(name)
