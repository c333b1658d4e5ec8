"""Who writes now, in a storage in which one unit of work does at a time."""

import threading
import weakref
from contextvars import ContextVar

from student_transfer.errors import StorageBusyError

_begun: ContextVar[tuple[weakref.ref[object], ...]] = ContextVar("_begun", default=())
"""The units of work that write and were begun by whoever asks.

The thread is not enough to tell by: a host may begin a unit of work in one thread of a
pool and end it in another, and the first then serves somebody else, who may wait.
"""


class Writing:
    """Remembers the unit of work that writes, as long as there is one.

    >>> writing, unit = Writing(), {"stands for one"}
    >>> writing.begins(unit)
    >>> writing.check()
    Traceback (most recent call last):
      ...
    student_transfer.errors.StorageBusyError: This thread has a unit of work open ...
    >>> writing.ends()
    >>> writing.check()
    """

    def __init__(self) -> None:
        """Begin without one."""
        self._unit: weakref.ref[object] | None = None
        self._thread = 0

    def check(self) -> None:
        """Refuse who would wait for a unit of work of their own.

        Raises:
            StorageBusyError: This thread has begun it and not ended it.
        """
        unit = self._unit
        mine = self._thread == threading.get_ident() and any(
            one is unit for one in _begun.get()
        )
        if mine and unit is not None and unit() is not None:
            raise StorageBusyError(
                "This thread has a unit of work open that writes to this storage.",
                advice="Nothing was changed. Commit or leave that one before another "
                "one writes; each call of the service is a unit of work of its own.",
            )

    def begins(self, unit: object) -> None:
        """Remember who writes from now on."""
        self._thread = threading.get_ident()
        self._unit = weakref.ref(unit)
        _begun.set((*filter(_is_there, _begun.get()), self._unit))

    def ends(self) -> None:
        """Forget them."""
        self._unit = None


def _is_there(unit: weakref.ref[object]) -> bool:
    return unit() is not None
