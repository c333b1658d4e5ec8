"""What a host gives to the pages."""

import inspect
from collections.abc import Awaitable, Callable
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from student_transfer.permissions import Actor
from student_transfer.services import TransferService
from student_transfer.web.protection import Forms
from student_transfer.web.wording import Wording

Identity = Actor | Response | None
"""Who acts; or an answer such as a redirect to a sign-in page; or nobody."""

Identify = Callable[[Request], Identity | Awaitable[Identity]]
"""Says who acts, from a request. A plain function is called in a thread."""

Zone = str | tzinfo
ZoneOf = Zone | Callable[[Request], Zone]
"""The reader's time zone, or how to tell it from a request."""


@attrs.frozen(kw_only=True)
class Host:
    """The service, and what the host says of its people."""

    service: TransferService
    identify: Identify
    time_zone: ZoneOf
    wording: Wording
    forms: Forms

    async def who(self, request: Request) -> Identity:
        """Ask the host who acts."""
        ask: Callable[[Request], Any] = self.identify
        found = await run_in_threadpool(ask, request)  # a coroutine only begins there
        if inspect.isawaitable(found):
            found = await found
        answer: Identity = found
        return answer

    def zone(self, request: Request) -> tzinfo:
        """Return the reader's time zone."""
        zone = self.time_zone(request) if callable(self.time_zone) else self.time_zone
        return ZoneInfo(zone) if isinstance(zone, str) else zone
