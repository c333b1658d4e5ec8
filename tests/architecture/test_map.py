"""The maps of rooms have every module, and none that is not there."""

import re
from importlib import import_module
from pkgutil import iter_modules, walk_packages

import pytest

import student_transfer

WITHOUT = {
    "student_transfer.adapters",  # one package for each kind of storage
    "student_transfer.data",  # tables of names, no modules
    "student_transfer.demo",  # told as a story by its own modules
}
"""Rooms that need no map."""

ROOMS = [
    room.name
    for room in walk_packages(student_transfer.__path__, "student_transfer.")
    if room.ispkg and room.name not in WITHOUT
]


@pytest.mark.parametrize("package", ROOMS)
def test_the_map_of_a_package_names_each_of_its_modules_once(package: str) -> None:
    """A stranger finds the room of a new line by the docstring of the package."""
    there = import_module(package)
    _, _, listed = (there.__doc__ or "").partition("\n- `")
    named = re.findall(r"(?<!`)`(\w+)`(?!`)", f"`{listed}")
    modules = [module.name for module in iter_modules(there.__path__)]
    assert sorted(named) == sorted(name for name in modules if name != "__main__")
