"""Transfer codes in memory."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from student_transfer.adapters.memory.tables import Tables
from student_transfer.codes import CodeDigest, CodeId, CodeState, IssuedCode
from student_transfer.errors import ConcurrentChangeError, KeyTakenError
from student_transfer.sites import SiteId


class MemoryCodes:
    """The transfer codes; see `student_transfer.ports.CodeStore`."""

    def __init__(self, tables: Tables) -> None:
        """Look at these tables."""
        self._tables = tables

    def add(self, code: IssuedCode) -> None:
        """Keep a new code.

        Raises:
            KeyTakenError: There is a code of that id or digest.
        """
        if self.get(code.id) or self.by_digest(code.digest):
            raise KeyTakenError
        self._tables.codes.put(code.id, code)
        self._tables.digests.put(code.digest, code.id)

    def by_digest(self, digest: CodeDigest) -> IssuedCode | None:
        """Find a code by what was entered."""
        code_id = self._tables.digests.get(digest)
        return None if code_id is None else self.get(code_id)

    def get(self, code_id: CodeId) -> IssuedCode | None:
        """Find a code by its id."""
        return self._tables.codes.get(code_id)

    def of_site(
        self, site_id: SiteId, *, offset: int = 0, limit: int | None = None
    ) -> Sequence[IssuedCode]:
        """Return the codes of the site, newest first, from an offset up to a limit."""
        found = (c for c in self._tables.codes.values() if c.site_id == site_id)
        by_id = sorted(found, key=lambda code: code.id)
        newest = sorted(by_id, key=lambda code: code.generated_at, reverse=True)
        return newest[offset:][:limit]

    def available(self, site_id: SiteId, before: datetime) -> Sequence[IssuedCode]:
        """Return the codes that are available and were generated before a time."""
        return [
            code
            for code in self._tables.codes.values()
            if (code.site_id, code.state) == (site_id, CodeState.AVAILABLE)
            and code.generated_at < before
        ]

    def change(self, before: IssuedCode, after: IssuedCode) -> None:
        """Move a code on to the state, holder and students of ``after`` (CODE-7).

        Raises:
            ConcurrentChangeError: State or holder are not as ``before`` any more.
        """
        kept = self.get(before.id)
        expected = (before.state, before.holder)
        if kept is None or (kept.state, kept.holder) != expected:
            raise ConcurrentChangeError
        moved = attrs.evolve(
            kept, state=after.state, holder=after.holder, seen=after.seen
        )
        self._tables.codes.put(kept.id, moved)
