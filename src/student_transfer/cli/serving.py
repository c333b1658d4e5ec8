"""The demonstration of the pages: a host of them, on this machine alone."""

import logging
import secrets
import socket
from collections import defaultdict
from pathlib import Path
from threading import Event, Thread
from time import sleep

import attrs
import jinja2
import typer
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from student_transfer.adapters.sql import SqlStorage
from student_transfer.cli.output import Exit, print_failure, say
from student_transfer.demo.filling import make_filled
from student_transfer.demo.world import world
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.ports import UnitOfWork
from student_transfer.services import Due, TransferService
from student_transfer.web import create_app
from student_transfer.web.forms import form_fields
from student_transfer.web.host import Identity
from student_transfer.web.protection import Headers, is_own

_LOOPBACK = "127.0.0.1"
_PAGES = "/transfer-student-data"
_TEMPLATES = Path(__file__).parent / "pages"
_PAUSE = 2.0  # seconds after which a worker looks again for what is due
_TRANSACTION = 0.1  # seconds in which what was told is committed, as a rule

log = logging.getLogger("student_transfer.serve")


def run_pages(database: Path, port: int) -> None:
    """Serve the pages until the program is interrupted."""
    with _listening(port) as listening, open_or_invent(database) as storage:
        worker = Worker(storage)
        app = demonstration(storage, worker.service)
        config = uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            server_header=False,
            lifespan="off",
        )
        server = uvicorn.Server(config)
        port = listening.getsockname()[1]  # which one, where any would do
        say(f"The pages are at http://{_LOOPBACK}:{port}/ until you press Ctrl+C.")
        say(f"The database is {database}.")
        worker.start()
        try:
            server.run([listening])
        finally:
            worker.stop()


def _listening(port: int) -> socket.socket:
    """Listen on the port, of this machine alone; say so where that cannot be."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_LOOPBACK, port))
    except OSError:
        listening.close()
        print_failure(f"The port {port} cannot be used. Choose another with --port.")
        raise typer.Exit(Exit.UNEXPECTED) from None
    return listening


def open_or_invent(database: Path) -> SqlStorage:
    """Open a database; where there is none, make one with the invented sites."""
    if _is_missing(database):
        make_filled(database, world(1))
    return SqlStorage.open(database)


def _is_missing(database: Path) -> bool:
    try:
        return not database.exists()
    except OSError:  # it may not be looked at, which is told once it is opened
        return False


class Worker:
    """Runs what is due, in a thread: soon after being told, and now and then."""

    def __init__(self, storage: SqlStorage) -> None:
        """Make the service of this storage, and work for it once `start` is called."""
        self.service = TransferService(storage, on_due=self.tell)
        self._due = Event()
        self._ends = False
        self._thread = Thread(target=self._work, name="due steps", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def tell(self, _work: UnitOfWork, _due: Due) -> None:
        """Say that something is due as soon as the transaction ends."""
        self._due.set()

    def stop(self) -> None:
        """End after the step that is running."""
        self._ends = True
        self._due.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._ends:
            if self._due.wait(_PAUSE):
                sleep(_TRANSACTION)
            self._due.clear()
            try:
                failed = [ran for ran in self.service.run_due() if ran.error]
            except Exception as error:  # noqa: BLE001 - the next round tries again
                log.error("Looking for due steps: %s", type(error).__name__)  # noqa: TRY400 - a trace may hold personal data
            else:
                for ran in failed:
                    log.error("An import failed: %s", type(ran.error).__name__)


@attrs.frozen
class _Person:
    """Somebody to be, and what that is."""

    actor: Actor
    said: str


def demonstration(storage: SqlStorage, service: TransferService) -> Starlette:
    """Make the host: a page to choose who one is, and the pages mounted under it."""

    def identify(request: Request) -> Identity:
        """Return who was chosen, or lead to the choice."""
        who = request.session.get("actor")
        actor = storage.actor(ActorId(who)) if isinstance(who, str) else None
        return actor or RedirectResponse("/", 303)

    async def choose(_request: Request) -> Response:
        """Show who there is to be."""
        people = await run_in_threadpool(_people, storage)
        return HTMLResponse(_choose_page().render(people=people, static=_STATIC))

    async def act_as(request: Request) -> Response:
        """Remember who was chosen."""
        if not is_own(request):
            return RedirectResponse("/", 303)
        fields = await form_fields(request)
        request.session["actor"] = fields.text("actor")
        return RedirectResponse(f"{_PAGES}/", 303)

    pages = create_app(service, identify, templates=_TEMPLATES)
    return Starlette(
        routes=[
            Route("/", choose),
            Route("/act-as", act_as, methods=["POST"]),
            Mount(_PAGES, pages),
        ],
        middleware=[
            # A page of another host cannot reach these by a name of its own.
            Middleware(TrustedHostMiddleware, allowed_hosts=[_LOOPBACK, "localhost"]),
            Middleware(Headers, frame_ancestors="'none'"),
            Middleware(
                SessionMiddleware,
                secret_key=secrets.token_urlsafe(32),
                session_cookie="demonstration",
                same_site="strict",
            ),
        ],
    )


_STATIC = f"{_PAGES}/static"


def _choose_page() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(_TEMPLATES)
    return jinja2.Environment(loader=loader, autoescape=True).get_template(
        "choose.html"
    )


def _people(storage: SqlStorage) -> dict[str, list[_Person]]:
    """Return the administrators of each site, by the site's name."""
    people: defaultdict[str, list[_Person]] = defaultdict(list)
    with storage(read_only=True) as work:
        for actor in storage.actors():
            site = work.sites.site(actor.site_id)
            schools = {one.id: one.name for one in work.sites.schools(actor.site_id)}
            own = sorted(schools.get(one, one) for one in actor.schools)
            network = actor.role is Role.NETWORK_ADMINISTRATOR
            said = "network administrator" if network else ", ".join(own)
            people[site.name if site else actor.site_id].append(_Person(actor, said))
    return dict(people)
