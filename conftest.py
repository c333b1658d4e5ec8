"""Run the examples in the documentation as tests; those in docstrings run anyway."""

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()],
    patterns=["README.md", "docs/*/*.md"],
).pytest()
