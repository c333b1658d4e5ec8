"""The map of the linkage has every room, and none that is not there."""

import re
from pkgutil import iter_modules

from student_transfer import linkage


def test_the_map_of_the_linkage_names_every_module_once() -> None:
    """A stranger finds the room of a new line by the docstring of the package."""
    named = re.findall(r"`(\w+)`", linkage.__doc__ or "")
    assert sorted(named) == sorted(
        module.name for module in iter_modules(linkage.__path__)
    )
