"""What should be true, in a few dictionaries: the oracle of the stateful test.

It knows the life of codes and imports as the rules tell it, and no code of the library.
"""

from collections import defaultdict
from datetime import datetime, timedelta

import attrs

Place = tuple[str, str]
"""A student: which site, and which key there."""


@attrs.define
class ModelCode:
    """A code as the rules see it."""

    id: str
    site: str
    students: tuple[str, ...]
    generated_at: datetime
    state: str = "available"
    holder: str | None = None


@attrs.define
class ModelImport:
    """An import as the rules see it."""

    site: str
    code: str
    source: str
    students: tuple[str, ...]
    state: str = "analysing"
    decisions: dict[str, str | None] = attrs.Factory(dict)


@attrs.define
class Oracle:
    """Both sites, every code and every import, as they should be.

    Attributes:
        children: Which child each student is a record of.
        records: The origins of each student's records.
        codes: Every code by its text.
        imports: Every import by its ID.
        merges: The students before each merge that could be undone: survivor with
            records, absorbed with child and records.
    """

    children: dict[Place, str] = attrs.Factory(dict)
    records: dict[Place, set[str]] = attrs.Factory(lambda: defaultdict(set))
    codes: dict[str, ModelCode] = attrs.Factory(dict)
    imports: dict[str, ModelImport] = attrs.Factory(dict)
    merged_into: dict[Place, str] = attrs.Factory(dict)

    def refusal(self, code: str, site: str, now: datetime) -> str | None:
        """Name the error that entering the code on the site has to give (CODE-11)."""
        known = self.codes[code]
        if known.state == "revoked":
            return "RevokedCodeError"
        if known.site == site:
            return "SameSiteCodeError"
        if known.state == "used":
            return "UsedCodeError"
        if known.state == "claimed":
            return "ClaimedCodeError"
        if now > known.generated_at + timedelta(days=30):
            return "ExpiredCodeError"
        return None

    def keys(self, site: str) -> list[str]:
        """Give the students of a site."""
        return sorted(key for at, key in self.children if at == site)

    def start(self, import_id: str, code: str, site: str) -> None:
        """Claim the code."""
        known = self.codes[code]
        known.state, known.holder = "claimed", import_id
        self.imports[import_id] = ModelImport(site, code, known.site, known.students)

    def cancel(self, import_id: str) -> None:
        """Release the code, unless it was revoked."""
        import_ = self.imports[import_id]
        import_.state = "cancelled"
        code = self.codes[import_.code]
        if code.state == "claimed":
            code.state, code.holder = "available", None

    def land(self, import_id: str, key: str) -> str | None:
        """Say where a matched student's data has to land, after merges since."""
        import_ = self.imports[import_id]
        target = import_.decisions[key]
        while target is not None and (import_.site, target) not in self.children:
            target = self.merged_into.get((import_.site, target))
        return target

    def follows_to_another(self, import_id: str, key: str, target: str) -> bool:
        """Say whether a followed merge ends at another student's match (PREV-4)."""
        import_ = self.imports[import_id]
        moved = target != import_.decisions[key]
        return moved and any(
            other != key and match == target
            for other, match in import_.decisions.items()
        )
