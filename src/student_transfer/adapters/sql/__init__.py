"""A storage in a database: SQLite as the embedded default, PostgreSQL as the server.

It keeps every promise of `student_transfer.ports`. Two things that must never happen
cannot happen in the tables, whatever the code above them does: one identifier for two
students of a site (CONF-3), and one transfer code for two imports (CODE-7).

- `storage`: opening it, and its units of work.
- `engines`, `connection`, `beginning` and `inserting`: databases and their drivers.
- `schema` and `versions`: the tables, and how they are brought up to date.
- `sites`, `rosters`, `codes`, `imports`, `merges` and `applied_matches`: the ports.
- `student_rows`: a student as rows, and back.
- `matching_index`: by what candidates are found.
"""

from student_transfer.adapters.sql.merges import SqlMerges
from student_transfer.adapters.sql.storage import (
    SqlStorage,
    SqlTransferWork,
    SqlUnitOfWork,
)

__all__ = ["SqlMerges", "SqlStorage", "SqlTransferWork", "SqlUnitOfWork"]
