"""What should be true, in a few dictionaries: the oracle of the model.

It knows the life of codes and imports as the rules tell it, and no code of the library.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import attrs

T = TypeVar("T")

Place = tuple[str, str]
"""A student: which site, and which key there."""


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


@attrs.frozen
class Merged:
    """A merge that stands: who went into whom, and which children these were.

    With what each had come from and had just before, and when it was.
    """

    id: str
    absorbed: str
    survivor: str
    absorbed_key: str
    survivor_key: str
    links: frozenset[Place]
    records: frozenset[str]
    survivor_links: frozenset[Place]
    survivor_records: frozenset[str]
    at: datetime


_Side = tuple[set[Place], frozenset[Place], frozenset[str]]


@attrs.frozen
class Applied:
    """An incoming student who was merged with one of the site.

    Attributes:
        place: The student of the site.
        child: Which child came.
        refs: The record that came, and those that it came from.
        came: The origins that the student of the site did not have before.
        brought: Those, and the origins that it had already.
        linked: The links that it did not have before.
        own: Whether it had come from one of these before.
        at: When.
    """

    place: Place
    child: str
    refs: frozenset[Place]
    came: frozenset[str]
    brought: frozenset[str]
    linked: frozenset[Place]
    own: bool
    at: datetime


@attrs.define
class Oracle:
    """Both sites, every code and every import, as they should be.

    Attributes:
        children: Which child each student is a record of.
        records: The origins of each student's records.
        codes: Every code by its text.
        imports: Every import by its ID.
        links: The records of other sites, and this one's, that each came from.
        merged_into: The merges of each key that stand, oldest first.
        applied_matches: The matches with a student of a site that stand, by import and
            source key, oldest first.
        undone_matches: Those that were undone, and when.
        unmerged: The merges that were undone: who had gone, which, and when.
    """

    children: dict[Place, str] = attrs.Factory(dict)
    records: dict[Place, set[str]] = attrs.Factory(lambda: defaultdict(set))
    codes: dict[str, ModelCode] = attrs.Factory(dict)
    imports: dict[str, ModelImport] = attrs.Factory(dict)
    links: dict[Place, set[Place]] = attrs.Factory(lambda: defaultdict(set))
    merged_into: dict[Place, list[Merged]] = attrs.Factory(lambda: defaultdict(list))
    applied_matches: dict[tuple[str, str], Applied] = attrs.Factory(dict)
    undone_matches: list[tuple[Applied, datetime]] = attrs.Factory(list)
    unmerged: list[tuple[Place, Merged, datetime]] = attrs.Factory(list)

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

    def land(self, import_id: str, key: str) -> str | None:
        """Return where a matched student's data has to land, after merges since.

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

    def brought(self, import_id: str, key: str) -> list[str]:
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

    def are_linked(self, source: Place, place: Place) -> bool:
        """Return whether two records are of one child by where they came from.

        And no site keeps them apart, and no person has parted them.
        """
        refs = self.refs(source)
        once = self.followed(ref for ref in refs if ref[0] == place[0])
        return (
            (place in once or bool(refs & self.links[place]))
            and not self.are_apart(source, place)
            and not self.undone_since(source, self.became(place), place, None)
        )

    def refs(self, place: Place) -> set[Place]:
        """Return a record, and those that it came from."""
        return self.links[place] | {place}

    def apart(
        self, source: Place, came: set[Place], place: Place, links: set[Place]
    ) -> bool:
        """Return whether a site has two records as two students (MATCH-4).

        Args:
            source: A record that comes.
            came: This one, and those that it came from.
            place: A student of the site that it comes to.
            links: The records that this one came from.
        """
        if source in links:
            return False
        here, is_from = place[0], links | {place}
        followed = self.followed(ref for ref in came if ref[0] == here)
        for site in {at for at, _ in came} & {at for at, _ in is_from}:
            both = {ref for ref in came & is_from if ref[0] == site}
            if not both and (site != here or place not in followed):
                return True
        return False

    def followed(self, places: Iterable[Place]) -> set[Place]:
        """Return students, and into whom each was merged, by whatever chain."""
        found, latest = set[Place](), set(places)
        while latest:
            found |= latest
            latest = {
                (place[0], one.survivor_key)
                for place in latest
                for one in self.merged_into[place][-1:]
            } - found
        return found

    def kept(self, refs: Iterable[Place], place: Place) -> set[Place]:
        """Return what a student keeps of the records that came: no other's (MATCH-4).

        That is one of the same site who is there, be it after merges.
        """
        return {
            ref
            for ref in refs
            if ref[0] != place[0]
            or not (self.followed([ref]) - {place}) & self.children.keys()
        }

    def are_apart(self, source: Place, place: Place) -> bool:
        """Return whether a site has two records as two students by now."""
        return self.apart(source, self.refs(source), place, self.links[place])

    def became(self, place: Place) -> set[Place]:
        """Return a student and all who were merged into it, by whatever chain."""
        found, latest = set[Place](), {place}
        while latest:
            found |= latest
            latest = {
                gone
                for gone, merges in self.merged_into.items()
                if any((gone[0], one.survivor_key) in found for one in merges)
            } - found
        return found

    def undone_since(
        self, source: Place, places: set[Place], now: Place, since: datetime | None
    ) -> bool:
        """Return whether a match of a record with one of some was undone since then.

        Since ever, where there is no time. Not where they are linked again by now.
        """
        refs = self.kept(self.refs(source), now) - self.refs(now)
        return any(
            refs & one.refs
            and (since is None or since <= at)
            and one.place in self._were(places, at)
            for one, at in self.undone_matches
        )

    def _were(self, places: set[Place], at: datetime) -> set[Place]:
        """Return students, and whom each was one with, by merges undone since then."""
        found, latest = set[Place](), places
        while latest:
            found |= latest
            latest = {
                (gone[0], merge.survivor_key)
                for gone, merge, until in self.unmerged
                if gone in latest and merge.at <= at < until
            } - found
        return found

    def came_since(
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

    def arrive(
        self, name: tuple[str, str], source: Place, place: Place, now: datetime
    ) -> None:
        """Merge an incoming student with one of the site."""
        refs = self.refs(source)
        came = self.records[source] - self.records[place]
        linked = self.kept(refs, place) - self.links[place] - {place}
        self.applied_matches[name] = Applied(
            place,
            self.children[source],
            frozenset(refs),
            frozenset(came),
            frozenset(self.records[source]),
            frozenset(linked),
            own=bool(refs & self.links[place]),
            at=now,
        )
        self.records[place] |= came
        self.links[place] |= linked

    def found(self, applied: Applied) -> Place | None:
        """Return whose record a child has come to by now, after merges since.

        None where nothing is left of it.
        """
        place, passed = applied.place, set[Place]()
        while place not in passed:
            passed.add(place)
            if place in self.children and applied.refs & self.links[place]:
                return place
            merges = self.merged_into[place]
            if not merges:
                break
            place = place[0], merges[-1].survivor_key
        return None

    def are_one(self, together: list[tuple[str, str]]) -> bool:
        """Return whether a child came to the own record, or a person has said so."""
        applied = [self.applied_matches[name] for name in together]
        refs = _all(one.refs for one in applied)
        merged = any(
            refs & (links - _all(one.linked for one in self._gone(applied, there, at)))
            for merge, *sides in self._sides(applied[0].place[0])
            for at in [merge.at]
            for there, links, _ in sides
        )
        return merged or all(one.own for one in applied)

    def _sides(self, site: str) -> list[tuple[Merged, _Side, _Side]]:
        """Return the merges on a site that stand: who goes, and who stays.

        Of each, which students have become it, and its links and records just before.
        """
        found = list[tuple[Merged, _Side, _Side]]()
        for (at, _), merges in self.merged_into.items():
            for one in merges if at == site else ():
                go = self.became((site, one.absorbed_key))
                stay = self.became((site, one.survivor_key)) - go
                left = stay, one.survivor_links, one.survivor_records
                found.append((one, (go, one.links, one.records), left))
        return found

    def together(self, applied: Applied) -> list[tuple[str, str]]:
        """Name the matches of one child with one student, oldest first (AFTER-2).

        Those with students who were merged into that one, too.
        """
        now = self.found(applied)
        if now is None:
            return []
        places = self.became(now)
        there = {
            k: one
            for k, one in self.applied_matches.items()
            if one.place in places and one.refs & self.links[now]
        }
        found, refs = dict[tuple[str, str], Applied](), set(applied.refs)
        while more := {
            k: one for k, one in there.items() if k not in found and refs & one.refs
        }:
            found |= more
            refs |= {ref for one in more.values() for ref in one.refs}
        return [name for name in there if name in found]

    def undo_match(
        self, together: list[tuple[str, str]], key: str, now: datetime
    ) -> None:
        """Give a child who came to another's record one of their own (AFTER-2)."""
        place = self.found(self.applied_matches[together[0]])
        assert place is not None
        places = self.became(place)
        applied = [self.applied_matches.pop(name) for name in together]
        self.undone_matches += [(one, now) for one in applied]
        mine = place[0], key
        rest = [one for one in self.applied_matches.values() if one.place in places]
        came = self.records[place] & _all(
            one.came - self._others(one, applied) for one in applied
        )
        came -= _all(one.brought for one in rest if one.refs & self.links[place])
        linked = _all(one.linked for one in applied) - _all(one.refs for one in rest)
        self.records[mine] = came
        refs = _all(one.refs for one in applied)
        self.links[mine] = self.kept(refs, mine) - places
        self.children[mine] = applied[-1].child
        self.records[place] = self.records[place] - came
        self.links[place] = self.links[place] - linked

    def _others(self, applied: Applied, undone: list[Applied]) -> set[str]:
        """Return what those had whom merges have joined with a student since."""
        found = set[str]()
        for merge, go, stay in self._sides(applied.place[0]):
            there, _, records = stay if applied.place in go[0] else go
            other = go if applied.place in go[0] else stay
            if applied.place in other[0] and (other is go or merge.at >= applied.at):
                gone = self._gone(undone, there, merge.at)
                came = _all(one.came for one in gone)
                found |= records - came
        return found

    def _gone(
        self, undone: list[Applied], there: set[Place], at: datetime
    ) -> list[Applied]:
        """Return the matches with some that are undone now, or were after a merge."""
        before = [one for one, undone_at in self.undone_matches if undone_at >= at]
        return [one for one in (*undone, *before) if one.place in there]

    def unmerge(
        self, merge: Merged, kept: Place, gone: Place, now: datetime
    ) -> list[tuple[str, str]]:
        """Undo the matches with the one of two again whom the child never was."""
        self.merged_into[gone].remove(merge)
        self.unmerged.append((gone, merge, now))
        left = [
            name
            for name, one in self.applied_matches.items()
            if one.place == kept
            and (one.refs - one.linked - {kept}) & self.links[gone]
            and not one.refs & self.links[kept]
        ]
        self.undone_matches += [(self.applied_matches.pop(name), now) for name in left]
        return left

    def merges_on(self, site: str) -> list[str]:
        """Return the merges on a site that stand."""
        return sorted(
            merge.id
            for (at, _), merges in self.merged_into.items()
            for merge in merges
            if at == site
        )


def _all(sets: Iterable[frozenset[T]]) -> set[T]:
    """Put sets together."""
    return set[T]().union(*sets)
