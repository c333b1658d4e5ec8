"""The families of an invented city, and what their children are called."""

# ruff: noqa: PLR2004 (shares of an invented city)

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Final

from benchmarks.matching.hard_rosters_names import (
    City,
    Community,
    Variants,
    plain,
    words_of,
)
from benchmarks.matching.hard_rosters_places import Place, Places

YEARS: Final = 13
_RECEPTION: Final = 2020  # the year in whose September the youngest pupils begin
_TWIN_BIRTHS: Final = 0.016
_SIMILAR_TWINS: Final = 0.05
_CHECK_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
_AUTHORITIES: Final = ("330", "330", "330", "330", "333", "334", "335", "336", "331")
_DOMAINS: Final = (
    "mail.example", "mail.example", "post.example", "inbox.example", "webmail.example",
    "fastpost.example", "homenet.example",
)  # fmt: skip
_CLASSIC: Final = {
    False: words_of("""
        James John William Thomas David Michael Joseph Alexander Lee Robert Peter Paul
        George Edward Daniel Christopher Patrick Anthony Andrew Charles
    """),
    True: words_of("""
        Rose Grace Louise Elizabeth Marie Jane May Anne Mary Mae Ann Faith Hope Victoria
        Catherine Alice Frances Lily Margaret Joy
    """),
}
_WOMEN_SHARE: Final = 0.16
_WOMEN: Final = ("Begum", "Bibi", "Khatun", "Begum")


@dataclass(frozen=True, slots=True)
class Child:
    """A child as the parents would write them."""

    given: str
    middle: str
    family: str
    preferred: str
    born: date
    girl: bool
    national_id: str
    email: str
    similar_twin: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """How a family names its children and writes their names."""

    family: str
    shared_first: bool
    bare: bool
    gendered: bool
    women: float


@dataclass(frozen=True, slots=True)
class Household:
    """A family at one address."""

    community: int
    family: str
    place: Place
    other_place: Place
    emails: tuple[str, str]
    children: tuple[Child, ...]


def school_year(born: date) -> int:
    """Return the school year of a birthday, 0 for Reception."""
    start = born.year if born.month >= 9 else born.year - 1
    return _RECEPTION - start


def national_id(number: int) -> str:
    """Return the UPN with this 12-digit number, its check letter in front."""
    digits = f"{number:012}"
    total = sum(weight * int(digit) for weight, digit in enumerate(digits, start=2))
    return _CHECK_LETTERS[total % 23] + digits


def distance(one: str, other: str) -> int:
    """Return the Levenshtein distance."""
    line = list(range(len(other) + 1))
    for row, left in enumerate(one, start=1):
        before, line[0] = line[0], row
        for column, right in enumerate(other, start=1):
            before, line[column] = (
                line[column],
                min(line[column] + 1, line[column - 1] + 1, before + (left != right)),
            )
    return line[-1]


@dataclass(slots=True)
class Families:
    """Makes households."""

    rng: Random
    city: City
    variants: Variants
    places: Places
    born: int = 0

    def household(self, kind: str | None) -> Household:
        """Return a household, or one of a special kind.

        Of `absent_twin`, `present_twin` and `both_twins` the first two children are
        twins; of `absent_sibling` the first two are no twins.
        """
        rng = self.rng
        number = self.city.draw(rng)
        community = self.city.communities[number]
        family = self._family(community)
        place, other = self.places.home(number), self.places.home(number)
        days = self._birthdays(kind)
        children = self._children(community, family, days)
        emails = self._emails(family)
        return Household(number, family, place, other, emails, children)

    def namesake(self, home: Household, child: Child) -> Household:
        """Return another household with a child of the same name."""
        born = self._other_birthday(child.born)
        community = self.city.communities[home.community]
        middle = self._middle(community, child.given, born.year, girl=child.girl)
        other = replace(
            child,
            born=born,
            middle=middle,
            national_id=self._number(born),
            email=self._address(child.given, child.family),
            preferred=self._preferred(child.given, middle),
            similar_twin=False,
        )
        return Household(
            home.community,
            home.family,
            self.places.home(home.community),
            self.places.home(home.community),
            self._emails(child.family),
            (other,),
        )

    def _other_birthday(self, day: date) -> date:
        """Return a birthday that is not the given one with a slip in it."""
        rng = self.rng
        while True:
            if rng.random() < 0.35:
                start = date(day.year, 1, 1).toordinal()
                other = date.fromordinal(start + rng.randrange(365))
            else:
                other = self._birthday(rng.randrange(YEARS))
            slips = distance(day.isoformat(), other.isoformat())
            exchanged = (other.month, other.day) == (day.day, day.month)
            if slips > 1 and not exchanged and 0 <= school_year(other) < YEARS:
                return other

    def _birthday(self, year: int) -> date:
        start = date(_RECEPTION - year, 9, 1).toordinal()
        return date.fromordinal(start + self.rng.randrange(365))

    def _birthdays(self, kind: str | None) -> list[date]:
        twins = kind is not None and "twin" in kind
        while True:
            found = self._births(
                at_least=2 if kind == "absent_sibling" else 1, twins=twins
            )
            same = len(found) > 1 and found[0] == found[1]
            if kind == "absent_sibling":
                if len(found) > 1 and len(set(found)) == len(found):
                    self.rng.shuffle(found)
                    return found
            elif found and same >= twins:
                return found

    def _births(self, *, at_least: int, twins: bool) -> list[date]:
        rng = self.rng
        wanted = rng.choices((1, 2, 3, 4), (50, 35, 11, 4))[0]
        day = self._birthday(rng.randrange(YEARS + 4)).toordinal()
        days: list[int] = []
        for number in range(max(at_least, wanted)):
            days.append(day)
            if rng.random() < _TWIN_BIRTHS or (twins and not number):
                days.append(day)
            day += int(330 + rng.expovariate(1 / 520))
        found = (date.fromordinal(day) for day in days)
        return [day for day in found if 0 <= school_year(day) < YEARS]

    def _family(self, community: Community) -> str:
        family = community.draw_family(self.rng)
        family = self._respelt(family, 0.3)
        return plain(family) if self.rng.random() < 0.4 else family

    def _respelt(self, name: str, share: float) -> str:
        for table in (self.variants.transliterations, self.variants.spellings):
            others = table.get(name)
            if others and self.rng.random() < share:
                return self.rng.choice(others)
        return name

    def _children(
        self, community: Community, family: str, days: list[date]
    ) -> tuple[Child, ...]:
        rng = self.rng
        manner = Manner(
            family,
            shared_first=rng.random() < community.shared_share
            and len(set(days)) == len(days),
            bare=rng.random() < 0.5,
            gendered=rng.random() < 0.4,
            women=rng.random(),
        )
        children: list[Child] = []
        for number, born in enumerate(days):
            twin = children[-1] if number and days[number - 1] == born else None
            if twin and rng.random() < _SIMILAR_TWINS:
                pair = self._similar(community, twin)
                if pair:
                    children[-1] = self._renamed(twin, pair[0])
                    other = self._child(
                        community, manner, born, pair[1], girl=twin.girl
                    )
                    children.append(replace(other, preferred="", similar_twin=True))
                    continue
            same = twin is not None and rng.random() < 0.33
            girl = twin.girl if twin and same else rng.random() < 0.487
            given = self._given(community, born, children, twin, girl=girl)
            children.append(self._child(community, manner, born, given, girl=girl))
        return tuple(children)

    def _child(
        self,
        community: Community,
        manner: Manner,
        born: date,
        given: str,
        *,
        girl: bool,
    ) -> Child:
        middle = self._middle(community, given, born.year, girl=girl)
        preferred = self._preferred(given, middle)
        if manner.shared_first and not girl:
            given, middle, preferred = self._sharing(community, given)
        family = _own_family(community.name, manner, girl=girl)
        if manner.bare:
            given, middle, preferred = map(plain, (given, middle, preferred))
        return Child(
            given,
            middle,
            family,
            preferred,
            born,
            girl,
            self._number(born),
            self._address(given, family),
        )

    def _renamed(self, child: Child, given: str) -> Child:
        email = self._address(given, child.family)
        return replace(child, given=given, preferred="", email=email)

    def _given(
        self,
        community: Community,
        born: date,
        siblings: Sequence[Child],
        twin: Child | None,
        *,
        girl: bool,
    ) -> str:
        rng = self.rng
        mixed = community.name != "british" and rng.random() < 0.08
        chosen = self.city.communities[0] if mixed else community
        while True:
            name = chosen.draw_given(rng, girl=girl, born=born.year)
            name = self._respelt(name, 0.25)
            if any(self.variants.related(name, one.given) for one in siblings):
                continue
            if twin is None or _plainly_different(name, twin.given):
                return name

    def _similar(self, community: Community, twin: Child) -> tuple[str, str] | None:
        known = community.given[twin.girl, twin.born.year].words
        pairs = [pair for pair in self.variants.similar[twin.girl] if pair[0] in known]
        return self.rng.choice(pairs) if pairs else None

    def _sharing(self, community: Community, given: str) -> tuple[str, str, str]:
        first = self._respelt(community.shared_first, 0.3)
        if given == first:
            return given, "", ""
        if self.rng.random() < 0.5:
            return f"{first} {given}", "", given
        return first, given, given

    def _middle(
        self, community: Community, given: str, born: int, *, girl: bool
    ) -> str:
        rng = self.rng
        if rng.random() > community.middle:
            return ""
        if community.name == "indian" and rng.random() < 0.45:
            return "Kaur" if girl else "Singh"
        words = []
        for _ in range(2 if rng.random() < 0.1 else 1):
            if community.name in {"british", "caribbean"} and rng.random() < 0.6:
                words.append(rng.choice(_CLASSIC[girl]))
            else:
                words.append(community.draw_given(rng, girl=girl, born=born))
        return " ".join(word for word in words if word != given)

    def _preferred(self, given: str, middle: str) -> str:
        chance = self.rng.random()
        if chance < 0.3 and given in self.variants.nicknames:
            return self.rng.choice(self.variants.nicknames[given])
        if middle and " " not in middle and chance > 0.95:
            return middle
        return ""

    def _number(self, born: date) -> str:
        block, serial = divmod(self.born, 1000)
        self.born += 1
        school = (block * 3571 + 2207) % 10_000
        authority = _AUTHORITIES[(block * 31) % len(_AUTHORITIES)]
        entered = (2025 - school_year(born)) % 100
        return national_id(int(f"{authority}{school:04}{entered:02}{serial:03}"))

    def _emails(self, family: str) -> tuple[str, str]:
        return self._address("", family), self._address("", family)

    def _address(self, given: str, family: str) -> str:
        rng = self.rng
        last = "".join(filter(str.isalnum, plain(family).lower())) or "family"
        domain = rng.choice(_DOMAINS)
        if given:
            first = "".join(filter(str.isalnum, plain(given).lower()))
            middle = rng.choice((".", "", "_", "."))
            return f"{first}{middle}{last}{rng.randrange(1, 999)}@{domain}"
        letter = rng.choice("abcdefghijklmnoprstuvwyz")
        name = rng.choice(
            (f"{letter}{last}", f"{last}family", f"the{last}s", f"{letter}.{last}")
        )
        return f"{name}{rng.randrange(1, 9999)}@{domain}"


def _plainly_different(one: str, other: str) -> bool:
    left, right = plain(one).lower(), plain(other).lower()
    if left[:2] == right[:2] or left in right or right in left:
        return False
    return distance(left, right) >= max(3, (max(len(left), len(right)) + 1) // 2)


def _own_family(community: str, manner: Manner, *, girl: bool) -> str:
    family = manner.family
    if not girl:
        return family
    if community == "polish" and manner.gendered and family.endswith(("ski", "cki")):
        return family[:-1] + "a"
    if community == "indian" and family == "Singh":
        return "Kaur"
    if community == "south_asian_muslim" and manner.women < _WOMEN_SHARE:
        return _WOMEN[int(manner.women * 1000) % len(_WOMEN)]
    return family
