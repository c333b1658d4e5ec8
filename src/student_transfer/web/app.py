"""The application: which page answers which address, and what guards all of them."""

import secrets
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

import attrs
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from student_transfer.errors import StudentTransferError
from student_transfer.services import TransferService
from student_transfer.web import failures
from student_transfer.web.forms import Fields, address_fields, form_fields
from student_transfer.web.host import Host, Identify, ZoneOf
from student_transfer.web.pages import PAGES, Answer
from student_transfer.web.protection import Forms, Headers, is_safe
from student_transfer.web.rendering import Renderer
from student_transfer.web.visit import Visit, address
from student_transfer.web.wording import Wording


def create_app(
    service: TransferService,
    identify: Identify,
    *,
    time_zone: ZoneOf = "Europe/London",
    wording: Wording = "en_GB",
    templates: Path | str | None = None,
    secret: str | None = None,
    trusted_origins: Collection[str] = (),
    frame_ancestors: str = "'none'",
) -> Starlette:
    """Make the Transfer Student Data pages, to be mounted under any path.

    Args:
        service: The use cases; the pages do nothing but by them. They are called in
            threads, so the storage has to allow that. Its ``on_due`` puts background
            steps on the host's queue; without it, let a timer call its ``run_due``.
        identify: Gives the acting administrator of a request, or None, which is
            answered with 401; or an answer of its own, such as a redirect to a page
            to sign in. A coroutine function is awaited, another called in a thread.
        time_zone: The reader's zone, or a function that tells it from a request.
        wording: ``en_GB`` says year and enrol, ``en_US`` grade and enroll.
        templates: A folder of templates that are used in place of those of the same
            name. They can extend ``student_transfer/NAME``.
        secret: Signs the forms. Where several processes serve the pages, or forms
            have to outlive a restart, give all of them the same long random text.
        trusted_origins: Further origins from which forms are accepted, such as
            ``https://school.example``; needed only behind a proxy that changes the
            Host header, for browsers that do not send Sec-Fetch-Site.
        frame_ancestors: Who may show the pages in a frame, as the directive of the
            Content-Security-Policy takes it.

    Raises:
        ValueError: There is no such wording, or no such folder of templates.
    """
    host = Host(
        service=service,
        identify=identify,
        time_zone=time_zone,
        wording=wording,
        forms=Forms(secret or secrets.token_urlsafe(32), frozenset(trusted_origins)),
    )
    return _Pages(host, Renderer(wording, templates)).application(frame_ancestors)


class _Guarded(Starlette):
    """An application whose every answer, also that of a fault, has the headers."""

    frame_ancestors = "'none'"

    def build_middleware_stack(self) -> ASGIApp:
        """Put the headers around all else."""
        return Headers(super().build_middleware_stack(), self.frame_ancestors)


class _Assets(StaticFiles):
    """The sheet and the script: kept by browsers, and asked for again each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Let a browser keep the file for as long as it is the same."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


@attrs.frozen
class _Pages:
    """Answers requests with the pages."""

    host: Host
    renderer: Renderer

    def application(self, frame_ancestors: str) -> Starlette:
        """Put routes, errors and headers together."""
        static = _Assets(directory=Path(__file__).parent / "static")
        routes: list[BaseRoute] = [
            Route(
                one.path,
                self._endpoint(one.answer),
                methods=[*one.methods],
                name=one.name,
            )
            for one in PAGES
        ]
        app = _Guarded(
            routes=[*routes, Mount("/static", static, name="static")],
            exception_handlers={
                HTTPException: self._on_http_error,
                Exception: self._on_fault,
            },
        )
        app.frame_ancestors = frame_ancestors
        app.router.redirect_slashes = False
        return app

    def _endpoint(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """Make the page a coroutine that first asks who acts."""

        async def endpoint(request: Request) -> Response:
            if "\0" in request.url.path or any(
                "\0" in str(value) for value in request.path_params.values()
            ):
                raise HTTPException(404)
            who = await self.host.who(request)
            if isinstance(who, Response):
                return who
            if who is None:
                return self._failed(request, failures.SIGNED_OUT, 401)
            safe = is_safe(request)
            form = Fields() if safe else await form_fields(request)
            visit = Visit(
                request=request,
                actor=who,
                query=address_fields(request),
                form=form,
                host=self.host,
                renderer=self.renderer,
            )
            return await run_in_threadpool(self._answer, visit, answer)

        return endpoint

    def _answer(self, visit: Visit, answer: Answer) -> Response:
        """Let the page answer; what the library refuses becomes a page that says so."""
        try:
            if not is_safe(visit.request):
                forms = self.host.forms
                forms.check(visit.request, visit.actor, visit.form.text("token"))
            return answer(visit)
        except StudentTransferError as error:
            status = failures.status_of(error)
            return visit.page("failure.html", status, failure=error)

    async def _on_http_error(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        told = failures.of_http(error)
        answer = self._failed(request, told, error.status_code)
        answer.headers.update(error.headers or {})
        return answer

    async def _on_fault(self, request: Request, _error: Exception) -> Response:
        """Say that something is wrong; the host's own error tracker gets what it is."""
        return self._failed(request, failures.UNEXPECTED, 500)

    def _failed(
        self, request: Request, error: StudentTransferError, status: int
    ) -> Response:
        values: dict[str, object] = {
            "failure": error,
            "status": status,
            "url": lambda name, **given: address(request, name, **given),
            "actor": None,
            "tab": "",
        }
        return self.renderer.page("failure.html", values, status)
