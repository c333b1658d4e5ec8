"""A storage in a database: SQLite as the embedded default, PostgreSQL as the server.

It keeps every promise of `student_transfer.ports`. Two things that must never happen
cannot happen in the tables, whatever the code above them does: one identifier for two
students of a site (CONF-3), and one transfer code for two imports (CODE-7).
"""

from student_transfer.adapters.sql.storage import SqlStorage, SqlUnitOfWork

__all__ = ["SqlStorage", "SqlUnitOfWork"]
