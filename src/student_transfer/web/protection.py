"""What keeps strangers out of the pages: headers, and proof of where a form is from."""

import json
from collections.abc import Collection
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from student_transfer.errors import ForeignFormError
from student_transfer.permissions import Actor

_LIFETIME = 12 * 3600  # seconds that an open page can still be sent
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {}"
)
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For a picture that brings its own styles and is no page."""


class Forms:
    """Signs the forms of a page for one actor, and checks what comes back."""

    def __init__(self, secret: str, trusted_origins: frozenset[str]) -> None:
        """Sign with this secret; accept forms from these further origins."""
        self._signer = URLSafeTimedSerializer(secret, salt="student_transfer.web.form")
        self._trusted = trusted_origins

    def token(self, actor: Actor) -> str:
        """Make the token of a page for the actor."""
        return self._signer.dumps(_bound_to(actor))

    def check(self, request: Request, actor: Actor, token: str) -> None:
        """Accept a form, or refuse it.

        Raises:
            ForeignFormError: It is from elsewhere, someone else's, or too old.
        """
        if not is_own(request, self._trusted):
            raise ForeignFormError
        try:
            bound = self._signer.loads(token, max_age=_LIFETIME)
        except BadSignature:
            raise ForeignFormError from None
        if bound != _bound_to(actor):
            raise ForeignFormError


def is_own(request: Request, trusted: Collection[str] = ()) -> bool:
    """Return whether the browser sent a form from a page of this very site.

    Browsers say so themselves; older ones, and plain HTTP, say at least from which
    origin. Who says neither is no browser, and then the token decides.
    """
    origin = request.headers.get("origin")
    if origin is not None and origin in trusted:
        return True
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == request.headers.get("host", "")
    except ValueError:
        return False


def _bound_to(actor: Actor) -> str:
    return json.dumps([actor.site_id, actor.id, actor.role.value])


class Headers:
    """Puts the protecting headers on every answer of the pages."""

    def __init__(self, app: ASGIApp, frame_ancestors: str) -> None:
        """Wrap an application; say who may show it in a frame."""
        self._app = app
        self._headers = {
            "Content-Security-Policy": _POLICY.format(frame_ancestors),
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        }
        if frame_ancestors == "'none'":
            self._headers["X-Frame-Options"] = "DENY"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add what its answer does not say itself."""

        async def with_headers(message: Message) -> None:
            """Pass a message on; the first one of an answer has the headers."""
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def is_safe(request: Request) -> bool:
    """Return whether the request only asks to see something."""
    return request.method in _SAFE_METHODS
