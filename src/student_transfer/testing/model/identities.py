"""Which records are of one child, as the oracle of the model knows it.

By where they came from, and by what was merged, matched and undone since.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

import attrs

T = TypeVar("T")

Place = tuple[str, str]
"""A student: which site, and which key there."""


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
        added: The origins that the student of the site did not have before.
        kept: Those, and the origins that it had already.
        linked: The links that it did not have before.
        own: Whether it had come from one of these before.
        at: When.
    """

    place: Place
    child: str
    refs: frozenset[Place]
    added: frozenset[str]
    kept: frozenset[str]
    linked: frozenset[Place]
    own: bool
    at: datetime


@attrs.define
class Identities:
    """The students of both sites, and who is whose record.

    Attributes:
        children: Which child each student is a record of.
        records: The origins of each student's records.
        links: The records of other sites, and this one's, that each came from.
        merged_into: The merges of each key that stand, oldest first.
        applied_matches: The matches with a student of a site that stand, by import and
            source key, oldest first.
        undone_matches: Those that were undone, and when.
        unmerged: The merges that were undone: who had gone, which, and when.
    """

    children: dict[Place, str] = attrs.Factory(dict)
    records: dict[Place, set[str]] = attrs.Factory(lambda: defaultdict(set))
    links: dict[Place, set[Place]] = attrs.Factory(lambda: defaultdict(set))
    merged_into: dict[Place, list[Merged]] = attrs.Factory(lambda: defaultdict(list))
    applied_matches: dict[tuple[str, str], Applied] = attrs.Factory(dict)
    undone_matches: list[tuple[Applied, datetime]] = attrs.Factory(list)
    unmerged: list[tuple[Place, Merged, datetime]] = attrs.Factory(list)

    def are_linked(self, source: Place, place: Place) -> bool:
        """Return whether two records are of one child by where they came from.

        And no site keeps them apart, and no person has parted them.
        """
        refs = self.refs(source)
        once = self.followed(ref for ref in refs if ref[0] == place[0])
        return (
            (place in once or bool(refs & self.links[place]))
            and not self.are_kept_apart(source, place)
            and not self.undone_since(source, self.became(place), place, None)
        )

    def refs(self, place: Place) -> set[Place]:
        """Return a record, and those that it came from."""
        return self.links[place] | {place}

    def kept_apart(
        self, source: Place, refs: set[Place], place: Place, links: set[Place]
    ) -> bool:
        """Return whether a site has two records as two students (MATCH-4).

        Args:
            source: A record that comes.
            refs: This one, and those that it came from.
            place: A student of the site that it comes to.
            links: The records that this one came from.
        """
        if source in links:
            return False
        here, is_from = place[0], links | {place}
        followed = self.followed(ref for ref in refs if ref[0] == here)
        for site in {at for at, _ in refs} & {at for at, _ in is_from}:
            both = {ref for ref in refs & is_from if ref[0] == site}
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

    def without_others(self, refs: Iterable[Place], place: Place) -> set[Place]:
        """Return what a student keeps of the records that came: no other's (MATCH-4).

        That is one of the same site who is there, be it after merges.
        """
        return {
            ref
            for ref in refs
            if ref[0] != place[0]
            or not (self.followed([ref]) - {place}) & self.children.keys()
        }

    def are_kept_apart(self, source: Place, place: Place) -> bool:
        """Return whether a site has two records as two students by now."""
        return self.kept_apart(source, self.refs(source), place, self.links[place])

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
        refs = self.without_others(self.refs(source), now) - self.refs(now)
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

    def apply_match(
        self, name: tuple[str, str], source: Place, place: Place, now: datetime
    ) -> None:
        """Merge an incoming student with one of the site."""
        refs = self.refs(source)
        added = self.records[source] - self.records[place]
        linked = self.without_others(refs, place) - self.links[place] - {place}
        self.applied_matches[name] = Applied(
            place,
            self.children[source],
            frozenset(refs),
            frozenset(added),
            frozenset(self.records[source]),
            frozenset(linked),
            own=bool(refs & self.links[place]),
            at=now,
        )
        self.records[place] |= added
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
        added = self.records[place] & _all(
            one.added - self._others(one, applied) for one in applied
        )
        added -= _all(one.kept for one in rest if one.refs & self.links[place])
        linked = _all(one.linked for one in applied) - _all(one.refs for one in rest)
        self.records[mine] = added
        refs = _all(one.refs for one in applied)
        self.links[mine] = self.without_others(refs, mine) - places
        self.children[mine] = applied[-1].child
        self.records[place] = self.records[place] - added
        self.links[place] = self.links[place] - linked

    def _others(self, applied: Applied, undone: list[Applied]) -> set[str]:
        """Return what those had whom merges have joined with a student since."""
        found = set[str]()
        for merge, go, stay in self._sides(applied.place[0]):
            there, _, records = stay if applied.place in go[0] else go
            other = go if applied.place in go[0] else stay
            if applied.place in other[0] and (other is go or merge.at >= applied.at):
                gone = self._gone(undone, there, merge.at)
                found |= records - _all(one.added for one in gone)
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
