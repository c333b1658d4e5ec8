"""A way into a database past the library, to look at what it wrote and to break it."""

import sqlite3
from contextlib import closing
from pathlib import Path


def raw(path: Path, statement: str) -> list[tuple[object, ...]]:
    """Run a statement on an SQLite file and commit; give the rows."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = 1")
        return connection.execute(statement).fetchall()
