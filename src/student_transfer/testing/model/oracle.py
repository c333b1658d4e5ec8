"""What should be true, in a few dictionaries: the oracle of the model.

It knows the life of codes and imports as the rules tell it, and no code of the library.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import attrs

from student_transfer.testing.model.identities import Identities, Place


@attrs.define
class ModelCode:
    """A code as the rules see it; which child each of its students was (CODE-3)."""

    id: str
    site: str
    children: dict[str, str]
    generated_at: datetime
    state: str = "available"
    holder: str | None = None

    def expired(self, now: datetime) -> bool:
        """Return whether the thirty days are over (CODE-5)."""
        return now > self.generated_at + timedelta(days=30)

    def state_at(self, now: datetime) -> str:
        """Name the state as its site's administrator has to see it (CODE-8)."""
        over = self.state == "available" and self.expired(now)
        return "expired" if over else self.state


@attrs.define
class ModelImport:
    """An import as the rules see it.

    Attributes:
        seen: Which child each incoming student was in the preview; None when absent.
        matched: Which child each match was when it was decided.
        looked: Which student it was then; the decision follows merges.
        by_person: The incoming students about whom a person has decided.
        decided_at: When somebody has decided last.
        arrived: Where each student arrived; None for one who failed.
        unexpected: The students who failed by an error that a resume may mend.
    """

    site: str
    code: str
    source: str
    students: tuple[str, ...]
    state: str = "analysing"
    decisions: dict[str, str | None] = attrs.Factory(dict)
    seen: dict[str, str | None] = attrs.Factory(dict)
    matched: dict[str, str | None] = attrs.Factory(dict)
    looked: dict[str, str | None] = attrs.Factory(dict)
    by_person: set[str] = attrs.Factory(set)
    decided_at: dict[str, datetime] = attrs.Factory(dict)
    arrived: dict[str, str | None] = attrs.Factory(dict)
    unexpected: set[str] = attrs.Factory(set)

    @property
    def held(self) -> dict[str, str | None]:
        """The matches of those who were there when the preview was made (PREV-4)."""
        return {
            key: match
            for key, match in self.decisions.items()
            if self.seen[key] is not None
        }

    @property
    def is_done(self) -> bool:
        """Return whether nothing of it is left to do, once it has ended (IMP-7)."""
        if self.unexpected or set(self.arrived) != set(self.students):
            return False
        return self.state == "completed" or not any(self.arrived.values())


@attrs.define
class Oracle(Identities):
    """Both sites, every code and every import, as they should be.

    Attributes:
        codes: Every code by its text.
        imports: Every import by its ID.
    """

    codes: dict[str, ModelCode] = attrs.Factory(dict)
    imports: dict[str, ModelImport] = attrs.Factory(dict)

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
        if known.expired(now):
            return "ExpiredCodeError"
        return None

    def keys(self, site: str) -> list[str]:
        """Return the students of a site."""
        return sorted(key for at, key in self.children if at == site)

    def imports_of(self, site: str, states: set[str]) -> list[str]:
        """Return the imports into a site that are in one of the states."""
        return sorted(
            import_id
            for import_id, import_ in self.imports.items()
            if import_.site == site and import_.state in states
        )

    def start(self, import_id: str, code: str, site: str) -> None:
        """Claim the code."""
        known = self.codes[code]
        known.state, known.holder = "claimed", import_id
        students = tuple(known.children)
        self.imports[import_id] = ModelImport(site, code, known.site, students)

    def sent(self, import_id: str, key: str) -> str | None:
        """Return which child a student is on the source now, if the code is for it."""
        import_ = self.imports[import_id]
        child = self.children.get((import_.source, key))
        return child if child == self.codes[import_.code].children[key] else None

    def cancel(self, import_id: str) -> None:
        """Release the code, unless it was revoked."""
        import_ = self.imports[import_id]
        import_.state = "cancelled"
        code = self.codes[import_.code]
        if code.state == "claimed":
            code.state, code.holder = "available", None

    def follow_match(self, import_id: str, key: str) -> str | None:
        """Return the matched student as of now, following merges since.

        None where the child who was matched is nowhere to be found (IMP-8).
        """
        import_ = self.imports[import_id]
        target, child = import_.looked[key], import_.matched[key]
        passed: set[str] = set()
        while target is not None and target not in passed:
            passed.add(target)
            if self.children.get((import_.site, target)) == child:
                return None if self._strayed(import_, key, child) else target
            merges = self.merged_into[import_.site, target]
            if not merges or merges[-1].absorbed != child:
                return None
            target, child = merges[-1].survivor_key, merges[-1].survivor
        return None

    def _strayed(self, import_: ModelImport, key: str, child: str | None) -> bool:
        """Return whether merges lead from the incoming child to another one (IMP-8)."""
        seen = import_.seen[key]
        return import_.matched[key] == seen and child != seen

    def taken(self, import_id: str, key: str, target: str) -> bool:
        """Return whether a student is another row's match, or came by it (PREV-4)."""
        import_ = self.imports[import_id]
        others = [*import_.held.items(), *import_.arrived.items()]
        return any(other != key and place == target for other, place in others)

    def linked_here(self, import_id: str, key: str) -> list[str]:
        """Return who of a site is the student by the links, if nobody decided."""
        import_ = self.imports[import_id]
        if key in import_.by_person:
            return []
        source = import_.source, key
        return [
            other
            for other in self.keys(import_.site)
            if self.are_linked(source, (import_.site, other))
        ]

    def imported_as_another_since(
        self, import_id: str, key: str, target: Place, known: Collection[str]
    ) -> bool:
        """Return whether a child has another record on the site that nobody knew of."""
        import_ = self.imports[import_id]
        source, site = (import_.source, key), import_.site
        if key in import_.by_person or self.refs(source) & self.refs(target):
            return False
        return any(
            other not in known
            and self.refs(source) & self.links[site, other]
            and self.are_linked(source, (site, other))
            and not self.taken(import_id, key, other)
            for other in self.keys(site)
        )

    def leave(self, site: str, key: str) -> None:
        """Take a student off a site."""
        del self.children[site, key]
        self.records.pop((site, key), None)
        self.links.pop((site, key), None)
