"""The maps of rooms have every module, and none that is not there."""

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest

from student_transfer import linkage, roster_files

ROOMS = [f"{linkage.__name__}.{room.name}" for room in iter_modules(linkage.__path__)]


@pytest.mark.parametrize("package", [linkage.__name__, *ROOMS, roster_files.__name__])
def test_the_map_of_a_package_names_each_of_its_modules_once(package: str) -> None:
    """A stranger finds the room of a new line by the docstring of the package."""
    there = import_module(package)
    _, _, listed = (there.__doc__ or "").partition("\n- ")
    named = re.findall(r"`(\w+)`", listed)
    assert sorted(named) == sorted(
        module.name for module in iter_modules(there.__path__)
    )
