"""Which errors a later try may pass, and trying again when others interfere."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from student_transfer.errors import ConcurrentChangeError, StorageBusyError

T = TypeVar("T")

RETRYABLE = (StorageBusyError, ConcurrentChangeError)
"""Errors that are no fault of an import: a later try may go well as it is."""

MAX_TRIES = 3
"""How many times a change is attempted while others keep interfering with it."""


def retrying(action: Callable[[], T]) -> T:
    """Return what an action returns, trying it again when others interfere with it.

    Each try has to read anew what it changes. What else is raised is not tried again.

    Args:
        action: Makes the change, in a unit of work of its own.

    Raises:
        ConcurrentChangeError: Others have interfered with each of `MAX_TRIES` tries.

    >>> results = iter([ConcurrentChangeError(), ConcurrentChangeError(), "done"])
    >>> def action():
    ...     result = next(results)
    ...     if isinstance(result, Exception):
    ...         raise result
    ...     return result
    >>> retrying(action)
    'done'
    """
    for _ in range(MAX_TRIES - 1):
        with suppress(ConcurrentChangeError):
            return action()
    return action()
