r"""Characters that are not kept or not shown, as classes for regular expressions.

Each stands between brackets there, alone or with others:

>>> import re
>>> re.sub(f"[{CONTROLS}{DIRECTIONS}]", "?", "Ada\x1b[31m\u202eNg")
'Ada?[31m?Ng'
"""

SURROGATES = r"\ud800-\udfff"
"""Half of a character: UTF-8 has none, so no file and no database keeps it."""

UNDECODED = r"\udc80-\udcff"
"""Bytes that were no UTF-8, as Python's ``surrogateescape`` reads them."""

NUL = r"\x00"
"""What PostgreSQL keeps in no text."""

CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
"""What ends a line, moves the cursor of a terminal or changes its colours."""

DIRECTIONS = r"\u202a-\u202e\u2066-\u2069"
"""What changes the direction of writing, so that a text looks like another one."""

UNPRINTABLE = CONTROLS + DIRECTIONS + SURROGATES
"""What no terminal is sent."""
