"""The command serve: a demonstration of the pages, on this machine alone."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from shutil import copy
from typing import Any

import attrs
import pytest
import uvicorn
from starlette.testclient import TestClient

from student_transfer.adapters.sql import SqlStorage
from student_transfer.cli import serving
from student_transfer.cli.serving import (
    Worker,
    demonstration,
    open_or_invent,
    run_pages,
)
from student_transfer.demo.world import World, world
from student_transfer.errors import StorageError

PAGES = "/transfer-student-data/"


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the database once that those begin with who do not ask how it is made."""
    database = tmp_path_factory.mktemp("invented") / "pages.db"
    open_or_invent(database).close()
    return database


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few students be invented, for those who ask how the file comes to be."""
    monkeypatch.setattr(serving, "world", lambda _: _few())


@cache
def _few() -> World:
    whole = world(1)
    return attrs.evolve(
        whole,
        source_students=whole.source_students[:5],
        destination_students=whole.destination_students[:5],
    )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _serve(database: Path, port: int) -> subprocess.Popen[str]:
    code = "from student_transfer.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, "serve", str(database), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _get(address: str, until: float) -> str:
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - of this test's own
                text: str = answer.read().decode()
                return text
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def test_it_serves_invented_sites_until_interrupted(tmp_path: Path) -> None:
    """It makes the database, says where the pages are, and ends in peace."""
    port = _free_port()
    database = tmp_path / "pages.db"
    running = _serve(database, port)
    try:
        text = _get(f"http://127.0.0.1:{port}/", time.monotonic() + 60)
        assert "This is a demonstration" in text
        assert "Act as riverside-office" in text
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    finally:
        running.kill()
    assert f"http://127.0.0.1:{port}/" in out
    assert "Traceback" not in err
    with SqlStorage.open(database) as storage:
        assert len(storage.actors()) == 3


def test_a_port_in_use_is_said_so(tmp_path: Path) -> None:
    """One line, and exit code 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        running = _serve(tmp_path / "pages.db", taken.getsockname()[1])
        _, err = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "cannot be used. Choose another with --port" in err
    assert "Traceback" not in err


def test_any_port_that_is_free_is_named(
    invented: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With port 0 the address that is said is the one that answers."""
    given: list[int] = []

    def run(_: uvicorn.Server, sockets: list[socket.socket]) -> None:
        given.extend(one.getsockname()[1] for one in sockets)

    monkeypatch.setattr(uvicorn.Server, "run", run)
    run_pages(Path(copy(invented, tmp_path)), 0)
    assert given[0]
    assert f"http://127.0.0.1:{given[0]}/ " in capsys.readouterr().out


@pytest.mark.parametrize("port", [-1, 65_536, 99_999])
def test_a_port_that_cannot_be_is_refused(tmp_path: Path, port: int) -> None:
    """Exit code 2, with the ports that there are."""
    running = _serve(tmp_path / "pages.db", port)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "give a port from 1 to 65535" in err
    assert not list(tmp_path.iterdir())


@pytest.fixture
def demo(invented: Path, tmp_path: Path) -> Iterator[Any]:
    """Yield the demonstration's host, without a server."""
    with open_or_invent(Path(copy(invented, tmp_path))) as storage:
        worker = Worker(storage)
        yield demonstration(storage, worker.service)


def test_nobody_comes_in_without_choosing(demo: Any) -> None:
    """Every page leads to the choice, and a person who is none chooses again."""
    client = TestClient(demo, base_url="http://localhost", follow_redirects=False)
    for path in ("", "transfer", "merge"):
        assert client.get(PAGES + path).headers["location"] == "/"
    client.post("/act-as", data={"actor": "nobody"})
    assert client.get(PAGES).headers["location"] == "/"
    chosen = client.post("/act-as", data={"actor": "riverside-office"})
    assert chosen.headers["location"] == PAGES
    assert "samesite=strict" in chosen.headers["set-cookie"].lower()
    home = client.get(PAGES).text
    assert "Riverside Learning Trust" in home
    assert "Demonstration." in home


def test_other_names_and_other_pages_are_refused(demo: Any) -> None:
    """A page of another host can neither reach it by its name nor choose for one."""
    elsewhere = TestClient(demo, base_url="http://evil.example")
    assert elsewhere.get("/").status_code == 400
    client = TestClient(demo, base_url="http://localhost", follow_redirects=False)
    answer = client.post(
        "/act-as",
        data={"actor": "riverside-office"},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert "set-cookie" not in answer.headers
    assert (
        "frame-ancestors 'none'" in client.get("/").headers["content-security-policy"]
    )


_KILLED = """
import os, sys
from pathlib import Path
from student_transfer.adapters.sql import SqlStorage
from student_transfer.cli.serving import open_or_invent
SqlStorage.put_actor = lambda *_: os._exit(9)  # when all but the people are there
open_or_invent(Path(sys.argv[1]))
"""


@pytest.mark.usefixtures("few")
def test_a_database_that_was_not_finished_is_made_again(tmp_path: Path) -> None:
    """Killed while it invents, it leaves none, and the next one is whole."""
    database = tmp_path / "pages.db"
    killed = [sys.executable, "-c", _KILLED, str(database)]
    assert subprocess.run(killed, check=False).returncode == 9
    assert not database.exists()
    with open_or_invent(database) as storage:
        assert len(storage.actors()) == 3


@pytest.mark.usefixtures("few")
def test_nothing_is_left_of_an_interrupted_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C leaves no file; nor is what another database left read into a new one."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SqlStorage, "put_actor", interrupt)
        with pytest.raises(KeyboardInterrupt):
            open_or_invent(tmp_path / "pages.db")
    assert not list(tmp_path.iterdir())
    (tmp_path / "pages.db-wal").write_bytes(b"of one that is gone")
    open_or_invent(tmp_path / "pages.db").close()
    assert [one.name for one in tmp_path.iterdir()] == ["pages.db"]


@pytest.mark.usefixtures("few")
def test_a_database_that_another_made_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two that begin at once the later one does not replace the first one's."""
    database = tmp_path / "pages.db"
    monkeypatch.setattr(
        SqlStorage, "put_actor", lambda *_: SqlStorage.open(database).close()
    )
    with open_or_invent(database) as storage:
        assert not storage.actors()
    assert database.exists()


@pytest.mark.usefixtures("few")
def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    """A database that cannot be made is an error in words."""
    with pytest.raises(StorageError, match="cannot be made"):
        open_or_invent(tmp_path / "none" / "pages.db")


@pytest.mark.usefixtures("few")
def test_a_place_that_cannot_be_looked_at_is_said(tmp_path: Path) -> None:
    """It is a database that cannot be used, and no fault of the program."""
    with pytest.raises(StorageError, match="cannot be"):
        open_or_invent(tmp_path / ("x" * 300))


def test_a_database_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    """Only where there is none are sites invented; without people it says so."""
    SqlStorage.open(tmp_path / "own.db").close()
    with open_or_invent(tmp_path / "own.db") as storage:
        assert not storage.actors()
        host = demonstration(storage, Worker(storage).service)
        text = TestClient(host, base_url="http://localhost").get("/").text
    assert "has no administrators yet" in text
