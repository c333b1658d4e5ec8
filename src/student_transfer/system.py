"""The machine's own clock, randomness and ids: the defaults of a service.

The rules never call these. A host or a test passes others where it wants to.
"""

import secrets
import uuid
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that asks the machine


def secure_bytes(count: int, /) -> bytes:
    """Return bytes from the operating system's secure source (CODE-9)."""
    return secrets.token_bytes(count)


def new_id() -> str:
    """Return a random UUID as 32 hexadecimal digits."""
    return uuid.uuid4().hex  # noqa: TID251 - the one place that makes ids
