"""Transfer codes."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from student_transfer.codes import CodeDigest, CodeId, CodeState, IssuedCode
from student_transfer.errors import ConcurrentChangeError
from student_transfer.imports import ImportId
from student_transfer.sites import SiteId
from student_transfer.storing import codec
from transfers.models import TransferCode
from transfers.transaction import Transaction


class PlatformCodes:
    """The transfer codes; see `student_transfer.ports.CodeStore`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction
        self._kept = transaction.of(TransferCode)

    def add(self, code: IssuedCode) -> None:
        """Keep a new code."""
        with self._transaction.atomic():
            self._kept.create(
                id=code.id,
                digest=code.digest,
                site=code.site_id,
                generated_at=code.generated_at,
                state=code.state.value,
                holder=code.holder,
                document=codec.CODE.dumps(code),
            )

    def by_digest(self, digest: CodeDigest) -> IssuedCode | None:
        """Find a code by what was entered."""
        return _code(self._kept.filter(digest=digest).first())

    def get(self, code_id: CodeId) -> IssuedCode | None:
        """Find a code by its id."""
        return _code(self._kept.filter(pk=code_id).first())

    def of_site(
        self, site_id: SiteId, *, offset: int = 0, limit: int | None = None
    ) -> Sequence[IssuedCode]:
        """Return the codes of the site, newest first, from an offset up to a limit."""
        by_id = self._transaction.by_code_point("id")
        rows = self._kept.filter(site=site_id).order_by("-generated_at", by_id)[offset:]
        found = map(_code, rows if limit is None else rows[:limit])
        return [code for code in found if code]

    def available(self, site_id: SiteId, before: datetime) -> Sequence[IssuedCode]:
        """Return the codes that are available and were generated before a time."""
        found = self._kept.filter(
            site=site_id, state=CodeState.AVAILABLE.value, generated_at__lt=before
        )
        return [code for code in map(_code, found) if code]

    def change(self, before: IssuedCode, after: IssuedCode) -> None:
        """Move a code on, in one atomic statement (CODE-7)."""
        changed = self._kept.filter(
            pk=before.id, state=before.state.value, holder=before.holder
        ).update(
            state=after.state.value,
            holder=after.holder,
            document=codec.CODE.dumps(after),  # a spent code forgets its children
        )
        if not changed:
            raise ConcurrentChangeError


def _code(row: TransferCode | None) -> IssuedCode | None:
    if row is None:
        return None
    code = codec.CODE.loads(row.document)
    holder = None if row.holder is None else ImportId(row.holder)
    return attrs.evolve(code, state=CodeState(row.state), holder=holder)
