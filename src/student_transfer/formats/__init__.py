"""Reads what other systems export: rosters, Star results and reader quizzes.

`read` takes files, folders and zips, tells each table's format by its header, and
gives everything it could read together with everything that is wrong. What each
format's columns become is in the reference of the files.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # rosters to match need none of them, and should begin at once
    from student_transfer.formats.dates import DateOrder
    from student_transfer.formats.exports import read
    from student_transfer.formats.reading import (
        Format,
        Note,
        Problem,
        Reading,
        RecordRow,
        SchoolRow,
        StudentReference,
        StudentRow,
    )

__all__ = [
    "DateOrder",
    "Format",
    "Note",
    "Problem",
    "Reading",
    "RecordRow",
    "SchoolRow",
    "StudentReference",
    "StudentRow",
    "read",
]


def __getattr__(name: str) -> object:
    """Load a name's module when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = {"read": "exports", "DateOrder": "dates"}.get(name, "reading")
    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value
