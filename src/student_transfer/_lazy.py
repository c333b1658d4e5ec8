"""Names of a module that are loaded when they are first used."""

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module


def lazy(
    module: str, homes: Mapping[str, Iterable[str]], *, under: str = ""
) -> Callable[[str], object]:
    """Make the ``__getattr__`` of a module, so that importing it costs nothing.

    Args:
        module: Its name.
        homes: The modules that have the names, each with those that it has.
        under: The package that the homes are in; blank for the module itself.

    >>> named = lazy("student_transfer", {"sites": ["Site"]})
    >>> named("Site")
    <class 'student_transfer.sites.Site'>
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def named(name: str) -> object:
        if name not in home_of:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        value = getattr(import_module(f"{under or module}.{home_of[name]}"), name)
        setattr(sys.modules[module], name, value)  # so that this is asked once
        return value

    return named
