"""The figures of the README are those that its command prints."""

import re
from pathlib import Path

import pytest

import lines

README = Path(lines.__file__).with_name("README.md")


def test_the_count_is_the_one_in_the_readme(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What a host had to write is counted, not remembered."""
    lines.main()
    counted = re.findall(r"(\d+) (.+)", capsys.readouterr().out)
    text = README.read_text(encoding="utf-8")
    row = re.compile(r"^\| \**`?(?:transfers/)?(.+?)`?\** \| \**(\d+)", re.MULTILINE)
    table = row.findall(text)
    assert [(count, name) for name, count in table] == counted
