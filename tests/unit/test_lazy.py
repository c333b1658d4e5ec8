"""Names that are loaded when they are first used: written thrice, and all the same."""

import ast
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import student_transfer
from student_transfer import formats, matching, web

LAZY = (student_transfer, formats, matching, web)
_WHOLE = (student_transfer, formats, web)  # of which every name is loaded later


def _typed(module: ModuleType) -> dict[str, str]:
    """Return the names that a module imports for types alone, each with its home."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    [typed] = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {
        alias.name: str(one.module)
        for one in typed.body
        if isinstance(one, ast.ImportFrom)
        for alias in one.names
    }


@pytest.mark.parametrize("module", LAZY)
def test_the_type_checker_is_told_the_homes(module: ModuleType) -> None:
    """What it sees is what is loaded, from the same place."""
    loaded = {name for names in module._HOMES.values() for name in names}
    typed = _typed(module)
    assert typed.keys() == loaded
    for name, home in typed.items():
        assert module.__getattr__(name) is getattr(import_module(home), name)


@pytest.mark.parametrize("module", LAZY)
def test_every_name_that_is_loaded_later_is_public(module: ModuleType) -> None:
    """A name that is in no list is found by nobody."""
    loaded = {name for names in module._HOMES.values() for name in names}
    assert loaded <= set(module.__all__)
    assert module not in _WHOLE or loaded == set(module.__all__)


@pytest.mark.parametrize("module", LAZY)
def test_a_name_that_is_not_there_is_told(module: ModuleType) -> None:
    """As by any module."""
    with pytest.raises(AttributeError, match=f"'{module.__name__}' has no attribute"):
        module.nothing_of_the_kind  # noqa: B018 - to ask is enough
