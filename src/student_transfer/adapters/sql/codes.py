"""Transfer codes in a database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
import sqlalchemy as sa

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import Transaction
from student_transfer.codes import CodeDigest, CodeId, CodeState, IssuedCode
from student_transfer.errors import ConcurrentChangeError
from student_transfer.sites import SiteId
from student_transfer.storing import codec


class SqlCodes:
    """The transfer codes; see `student_transfer.ports.CodeStore`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction

    def add(self, code: IssuedCode) -> None:
        """Keep a new code.

        Raises:
            KeyTakenError: There is a code of that id or digest.
        """
        with self._transaction.atomic():
            self._transaction.write(sa.insert(schema.codes).values(_values(code)))

    def by_digest(self, digest: CodeDigest) -> IssuedCode | None:
        """Find a code by what was entered."""
        return self._first(schema.codes.c.digest == digest)

    def get(self, code_id: CodeId) -> IssuedCode | None:
        """Find a code by its id."""
        return self._first(schema.codes.c.id == code_id)

    def _first(self, condition: sa.ColumnElement[bool]) -> IssuedCode | None:
        row = self._transaction.first(sa.select(schema.codes).where(condition))
        return None if row is None else _code(row)

    def of_site(
        self, site_id: SiteId, *, offset: int = 0, limit: int | None = None
    ) -> Sequence[IssuedCode]:
        """Return the codes of the site, newest first, from an offset up to a limit."""
        table = schema.codes
        rows = self._transaction.rows(
            sa.select(table)
            .where(table.c.site_id == site_id)
            .order_by(table.c.generated_at.desc(), table.c.id)
            .offset(offset)
            .limit(limit)
        )
        return [_code(row) for row in rows]

    def available(self, site_id: SiteId, before: datetime) -> Sequence[IssuedCode]:
        """Return the codes that are available and were generated before a time."""
        table = schema.codes
        rows = self._transaction.rows(
            sa.select(table).where(
                table.c.site_id == site_id,
                table.c.state == CodeState.AVAILABLE.value,
                table.c.generated_at < before,
            )
        )
        return [_code(row) for row in rows]

    def change(self, before: IssuedCode, after: IssuedCode) -> None:
        """Move a code on to the state, holder and students of ``after`` (CODE-7).

        Raises:
            ConcurrentChangeError: State or holder are not as ``before`` any more.
        """
        table = schema.codes
        values = {"state": after.state.value, "holder": after.holder}
        if after.seen != before.seen:
            values["seen"] = codec.STUDENTS.dumps(after.seen)
        changed = self._transaction.write(
            sa.update(table)
            .where(
                table.c.id == before.id,
                table.c.state == before.state.value,
                table.c.holder.is_not_distinct_from(before.holder),
            )
            .values(values)
        )
        if not changed:
            raise ConcurrentChangeError


def _values(code: IssuedCode) -> dict[str, Any]:
    return attrs.asdict(code, recurse=False) | {
        "scope": codec.SCOPE.dumps(code.scope),
        "students": codec.KEYS.dumps(code.students),
        "seen": codec.STUDENTS.dumps(code.seen),
        "state": code.state.value,
    }


def _code(row: sa.Row[Any]) -> IssuedCode:
    """Make the code of a row.

    Raises:
        StorageError: There is a value in it that no code has.
    """
    fields = row._asdict() | {
        "scope": codec.SCOPE.loads(row.scope),
        "students": codec.KEYS.loads(row.students),
        "seen": () if row.seen is None else codec.STUDENTS.loads(row.seen),
        "state": codec.made(CodeState, row.state),
    }
    return codec.made(IssuedCode, **fields)
