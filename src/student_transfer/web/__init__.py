"""The pages: a Starlette application that a host mounts under any path.

`create_app` makes it from a `student_transfer.TransferService`; it is of the extra
``web``. Importing this module loads nothing of that extra; using the name does.

- `app`: which page answers which address, and what guards all.
- `host`: what a host gives to the pages.
- `pages`: the pages, a module for each group.
- `visit`: one request of one person.
- `forms`: what a person sent.
- `paging`: parts of long lists.
- `rendering`: values as HTML.
- `wording`: the words, and their languages.
- `failures`: errors as pages that help.
- `protection`: what keeps strangers out.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from student_transfer._lazy import lazy

if TYPE_CHECKING:
    from student_transfer.web.app import create_app

__all__ = ["create_app"]

_HOMES = {"app": ("create_app",)}
_named = lazy(__name__, _HOMES)
_NEEDED = ("starlette", "jinja2", "babel", "itsdangerous")


def __getattr__(name: str) -> object:
    """Load the application when it is asked for, or say what to install first."""
    if name in __all__ and any(find_spec(package) is None for package in _NEEDED):
        raise ImportError(
            "The pages need their extra. "
            "Install it with: python -m pip install 'student-transfer[web]'"
        )
    return _named(name)
