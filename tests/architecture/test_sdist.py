"""What is packed as the source has what it says of itself, and its tests."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKED = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]


def test_the_tests_can_be_run_in_what_is_packed() -> None:
    """Every place with tests goes along, and what makes tests of the documents."""
    paths = PROJECT["tool"]["pytest"]["ini_options"]["testpaths"]
    assert {*paths, "conftest.py"} <= set(PACKED)


def test_no_link_of_the_readme_leads_out_of_what_is_packed() -> None:
    """Who unpacks it can follow each link."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!https?:)([^)#]+)", readme)
    assert linked
    assert {link.split("/")[0] for link in linked} <= set(PACKED)
    assert all((ROOT / link).exists() for link in linked)
