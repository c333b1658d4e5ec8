"""How rows are inserted where there are many, or some are there, on each database."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY

Insert = sqlite.Insert | postgresql.Insert


def _new(dialect: str, table: sa.Table) -> Insert:
    """Make an insertion that can say what to do with what is there."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def insertion(
    dialect: str, table: sa.Table, *, skip: bool, total: str | None
) -> Insert:
    """Make the statement once: making it costs more than running it."""
    insert = _new(dialect, table)
    if isinstance(insert, postgresql.Insert):  # one array a column costs least there
        given = [
            sa.cast(sa.bindparam(column.name, type_=sa.Text), ARRAY(column.type))
            for column in table.c
        ]
        rows = sa.func.unnest(*given).table_valued(*table.c.keys()).render_derived()
        in_order = sa.select(rows).order_by(*(rows.c[c.key] for c in table.primary_key))
        insert = insert.from_select(table.c.keys(), in_order)
    if skip:
        return insert.on_conflict_do_nothing()
    if total is not None:
        return insert.on_conflict_do_update(
            index_elements=table.primary_key.columns,
            set_={total: table.c[total] + insert.excluded[total]},
        )
    return insert


def array_text(values: Sequence[Any]) -> str:
    r"""Write an array as PostgreSQL reads it; drivers take many times as long.

    >>> print(array_text([1, 2]), array_text(["a", "b,c"]), array_text([None, 'd "e"']))
    {1,2} {"a","b,c"} {NULL,"d \"e\""}
    >>> print(array_text(['d "e"', "f"]), array_text(["a\\b"]))
    {"d \"e\"","f"} {"a\\b"}
    """
    kinds = set(map(type, values))
    if kinds == {int}:
        return f"{{{','.join(map(str, values))}}}"
    if kinds == {str}:
        between = '","'
        joined = between.join(values)
        quotes = (len(values) - 1) * between.count('"')
        if "\\" not in joined and joined.count('"') == quotes:
            return f'{{"{joined}"}}'
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


@cache
def sqlite_text(insert: sqlite.Insert) -> str:
    """Return the statement as SQLite gets it, with a mark for each column."""
    return str(insert.compile(dialect=sqlite.dialect()))
