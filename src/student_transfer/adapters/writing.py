"""Which unit of work writes now, in a storage that lets one write at a time."""

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
    """Remembers which unit of work is writing, if one is.

    For a moment it remembers the one before as well: a database lets the next one write
    as soon as a transaction is committed, which is before that one can report its end
    here.

    >>> writing, unit = Writing(), frozenset({"stands for one"})
    >>> writing.begins(unit)
    >>> writing.check()
    Traceback (most recent call last):
      ...
    student_transfer.errors.StorageBusyError: This thread has a unit of work open ...
    >>> writing.ends(unit)
    >>> writing.check()
    """

    def __init__(self) -> None:
        """Begin without one."""
        self._threads = weakref.WeakKeyDictionary[object, int]()

    def check(self) -> None:
        """Refuse a thread that would wait for a unit of work of its own.

        Raises:
            StorageBusyError: This thread has begun it and not ended it.
        """
        if any(map(self._of_this_thread, _begun.get())):
            raise StorageBusyError(
                "This thread has a unit of work open that writes to this storage.",
                advice="Nothing was changed. Commit or leave that one before another "
                "one writes; each call of the service is a unit of work of its own.",
            )

    def _of_this_thread(self, begun: weakref.ref[object]) -> bool:
        unit = begun()
        return unit is not None and self._threads.get(unit) == threading.get_ident()

    def begins(self, unit: object) -> None:
        """Remember who writes from now on."""
        self._threads[unit] = threading.get_ident()
        _begun.set((*filter(_is_there, _begun.get()), weakref.ref(unit)))

    def ends(self, unit: object) -> None:
        """Forget this one."""
        self._threads.pop(unit, None)


def _is_there(unit: weakref.ref[object]) -> bool:
    return unit() is not None
