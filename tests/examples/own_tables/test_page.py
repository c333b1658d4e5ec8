"""What the page on the ports shows of the example is what is in the example."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from own_tables.merges import OurMerges
from own_tables.schools import OurSites
from own_tables.storage import OurUnitOfWork
from own_tables.writing import OurRoster

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "implement-the-ports.md"


def methods(source: str) -> dict[tuple[str, str], str]:
    """Return the code of each method of each class, without docstrings."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef):
            continue
        for method in node.body:
            if not isinstance(method, ast.FunctionDef):
                continue
            if ast.get_docstring(method) is not None:
                del method.body[0]
            found[node.name, method.name] = ast.unparse(method)
    return found


@pytest.mark.parametrize("of", [OurUnitOfWork, OurSites, OurRoster, OurMerges])
def test_the_page_shows_the_example(of: type) -> None:
    """A method on the page is the one that the kit has tried."""
    blocks = re.findall(
        r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    shown = methods("\n".join(blocks))
    tried = methods(inspect.getsource(of))
    of_class = {name: code for name, code in shown.items() if name[0] == of.__name__}
    assert of_class
    assert of_class.items() <= tried.items()
