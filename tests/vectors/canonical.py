"""The one way in which the files of vectors are written.

``python -m tests.vectors.canonical`` writes them all so, after cases were added.
"""

import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from student_transfer.testing import vectors

FOLDER = Path(vectors.__file__).parent
_WIDTH = 160  # a student with all that is compared


def files() -> list[Path]:
    """Return the files of vectors, and their schema."""
    return sorted(FOLDER.glob("*.json"))


def written(data: Mapping[str, Any]) -> str:
    r"""Return the text of a file: what shows as it is, all else escaped.

    What fits on a line is on one.

    >>> written({"a": "Zo\u00eb"})
    '{"a": "Zoë"}\n'
    >>> written({"a": "\u200bZoe\u0308"})
    '{"a": "\\u200bZoe\\u0308"}\n'
    """
    return _shown(data, "", 0) + "\n"


def _shown(value: object, indent: str, taken: int) -> str:
    """Return a value, on one line where that has room beside what it has already."""
    short = _escaped(json.dumps(value, ensure_ascii=False))
    if len(indent) + taken + len(short) <= _WIDTH:
        return short
    deeper = indent + "  "
    if isinstance(value, dict) and value:
        names = [f"{_escaped(json.dumps(name))}: " for name in value]
        parts = [
            name + _shown(each, deeper, len(name) + 1)
            for name, each in zip(names, value.values(), strict=True)
        ]
        return _lines("{", parts, "}", indent)
    if isinstance(value, list) and value:
        return _lines("[", [_shown(each, deeper, 1) for each in value], "]", indent)
    return short


def _lines(opening: str, parts: list[str], closing: str, indent: str) -> str:
    inside = ",\n".join(f"{indent}  {part}" for part in parts)
    return f"{opening}\n{inside}\n{indent}{closing}"


def _escaped(text: str) -> str:
    """Escape what does not show by itself; controls are escaped already."""
    return "".join(
        character
        if character == " " or unicodedata.category(character)[0] not in "CZM"
        else json.dumps(character)[1:-1]
        for character in text
    )


if __name__ == "__main__":
    for file in files():
        file.write_text(written(json.loads(file.read_text("utf-8"))), "utf-8")
