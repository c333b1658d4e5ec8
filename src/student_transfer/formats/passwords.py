"""Columns that hold passwords, which no file gives away."""

import re

_PASSWORD = re.compile(
    r"pass[\s_-]*(?:word|wd|wort|code|phrase)|pwd|kenn[\s_-]*wort"
    r"|mot[\s_-]*de[\s_-]*passe|contrase[nñ]|wachtwoord",
    re.IGNORECASE,
)
_PIN = re.compile(r"(?:^|[\W_])pin$", re.IGNORECASE)
_JOINED_PIN = re.compile(r"[a-z](?:PIN|Pin)$")  # but not the end of Pippin


def holds_passwords(column: str) -> bool:
    """Return whether a column is one of passwords, by its name in the file.

    >>> holds_passwords("Initial Password"), holds_passwords("StudentPassword")
    (True, True)
    >>> holds_passwords("Login PIN"), holds_passwords("studentPin")
    (True, True)
    >>> holds_passwords("Pass"), holds_passwords("Opinion"), holds_passwords("UPIN")
    (False, False, False)
    """
    named = column.strip()
    return any(one.search(named) for one in (_PASSWORD, _PIN, _JOINED_PIN))
