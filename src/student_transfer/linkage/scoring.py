"""The one scorer: how likely two records are of one child, and why (PREV-6).

Two records are of one child, of a child and a sister or brother, of twins, or of two
strangers. Each field weighs what its level says for the first against the last; at the
end the siblings are set against the child, as one more line of the sum: what a family
shares then speaks for the family, not for the child (MATCH-4).
"""

from math import exp2
from operator import itemgetter

from student_transfer.linkage.agreement import (
    address_level,
    birth_level,
    name_level,
    national_id_level,
    postcode_level,
    year_level,
)
from student_transfer.linkage.comparison import CERTAIN, Comparison, FieldComparison
from student_transfer.linkage.families import Families
from student_transfer.linkage.frequencies import Frequencies, Term, birth_text
from student_transfer.linkage.identifiers import is_unit
from student_transfer.linkage.kinds import KINDS, OwnComparison
from student_transfer.linkage.levels import AGREEING, COMMUNITY, SWAP, Level, Odds, bits
from student_transfer.linkage.profile import Birth, Name, Profile
from student_transfer.linkage.settings import Settings

Part = tuple[str, Level, float, float, float, str]
"""Field, level, and what it weighs for one child, for siblings and for twins, each
against strangers, in bits; and what else was considered."""

_NamePairs = dict[str, dict[str, Part]]
_Weights = tuple[float, float, float]
_NOTHING: _Weights = (0.0, 0.0, 0.0)


class Scorer:
    """Compares students of one import with those of one site.

    Each pair of values is compared once and remembered: names and dates repeat.
    """

    def __init__(
        self,
        frequencies: Frequencies,
        settings: Settings,
        families: Families | None = None,
    ) -> None:
        """Take how common values and families are on the site, and the settings."""
        size = max(frequencies.size, settings.smallest_size)
        self._size = size
        self.expect(settings.expected_share)
        found = families or Families(settings.siblings_expected, settings.twins_expected)
        self._siblings = found.siblings / size
        self._twins = found.twins / size
        self._frequencies = frequencies
        self._odds = settings.levels
        self._own = settings.comparisons
        self._weights = {
            field: {level: _weights_of(odds) for level, odds in levels.items()}
            for field, levels in settings.levels.items()
        }
        self._given: _NamePairs = {}
        self._middle: _NamePairs = {}
        self._family: _NamePairs = {}
        self._together: dict[tuple[str, str], float] = {}
        self._gender = (
            self._part("gender", Level.DIFFERENT),
            self._part("gender", Level.EXACT),
        )
        self._births: dict[tuple[Birth, Birth], Part] = {}
        self._plain: dict[tuple[str, str, str], Part] = {}
        self._shares: dict[Term, float] = {}
        self._addresses: dict[tuple[tuple[str, ...], tuple[str, ...]], Level] = {}

    def expect(self, share: float) -> None:
        """Take which share of the incoming students one expects on the site.

        Each is then any of its students, or none: that is the prior of every pair.
        """
        self.prior = bits(share / (1 - share) / self._size)

    def total(self, left: Profile, right: Profile) -> float:
        """Give the log2 odds that two records are of one child; symmetric."""
        one, sibling, twin = self.prior, 0.0, 0.0
        for part in self.parts(left, right):
            one += part[2]
            sibling += part[3]
            twin += part[4]
        if one < _HOPELESS:
            return one
        return one - self._family_bits(sibling, twin)

    def _family_bits(self, sibling: float, twin: float) -> float:
        """Say by how many bits two children of a family are likelier than strangers."""
        odds = 1 + self._siblings * exp2(min(sibling, CERTAIN))
        return bits(odds + self._twins * exp2(min(twin, CERTAIN)))

    def compare(self, left: Profile, right: Profile) -> Comparison:
        """Compare two records and keep every step."""
        parts = self.parts(left, right)
        fields = [FieldComparison(p[0], p[1], p[2], p[5]) for p in parts]
        family = self._family_bits(
            sum(part[3] for part in parts), sum(part[4] for part in parts)
        )
        if family:
            fields.append(FieldComparison("siblings", Level.SIBLINGS, -family))
        return Comparison(tuple(fields), self.prior)

    def parts(self, left: Profile, right: Profile) -> list[Part]:
        """Compare two records in every field that both have (MATCH-2); symmetric."""
        found = self._of_names(left, right)
        born = self._born(left.born, right.born)
        if born:
            found.append(born)
        if left.gender and right.gender:
            found.append(self._gender[left.gender == right.gender])
        if left.year is not None and right.year is not None:
            self._year(left, right, born, found)
        if left.national_id and right.national_id:
            found.append(self._national_id(left.national_id, right.national_id))
        if left.student_id and left.student_id == right.student_id:
            found.append(self._part("student_id", Level.EXACT))
        if left.user_name and left.user_name == right.user_name:
            found.append(self._address_like("user_name", left.user_name, left, right))
        if left.email and left.email == right.email:
            found.append(self._address_like("email", left.email, left, right))
        self._home(left, right, found)
        if len(left.links) + len(right.links) > 2 and not left.links.isdisjoint(  # noqa: PLR2004 - a link to itself each
            right.links
        ):
            found.append(self._part("link", Level.LINKED))
        for own in self._own:
            self._of_own(own, left, right, found)
        return found

    # Weights ----------------------------------------------------------------------

    def _part(self, field: str, level: Level, note: str = "") -> Part:
        return (field, level, *self._weights[field].get(level, _NOTHING), note)

    def _share(self, term: Term) -> float:
        found = self._shares.get(term)
        if found is None:
            found = self._shares[term] = self._frequencies.share(term)
        return found

    def _exact(self, field: str, term: Term) -> _Weights:
        """Weigh a value that is the same by how rare it is (MATCH-5)."""
        share, odds = self._share(term), self._odds[field][Level.EXACT]
        return (
            max(0.0, bits(odds.m / share)),
            bits(max(odds.sibling / share, 0.5)),
            bits(max(odds.twin / share, 0.5)),
        )

    # Names ------------------------------------------------------------------------

    def _of_names(self, left: Profile, right: Profile) -> list[Part]:
        given = self._given_name(left.given, right.given)
        family = self._family_name(left.family, right.family)
        found = []
        if given[1] in AGREEING:
            if family[1] in AGREEING:
                found.append(self._go_together(given, family, left, right))
        elif family[1] not in AGREEING:
            swapped = self._swapped(left, right)
            if swapped and swapped[2] > given[2] + family[2]:
                return [swapped, *self._middle_names(left, right)]
        used_middle = False
        if given[1] is not Level.EXACT and (left.has_more or right.has_more):
            given, used_middle = self._other_name(left, right, given)
        if not used_middle:
            found += self._middle_names(left, right)
        return [part for part in (given, family) if part[1] is not _MISSING] + found

    def _given_name(self, left: Name, right: Name) -> Part:
        return self._name("given_name", self._given, left, right)

    def _family_name(self, left: Name, right: Name) -> Part:
        return self._name("family_name", self._family, left, right)

    def _middle_names(self, left: Profile, right: Profile) -> list[Part]:
        if not left.middle.joined or not right.middle.joined:
            return []
        return [self._name("middle_name", self._middle, left.middle, right.middle)]

    def _name(self, field: str, pairs: _NamePairs, left: Name, right: Name) -> Part:
        """Compare two names; each pair of names is compared once."""
        others = pairs.get(left.text)
        if others is None:
            others = pairs[left.text] = {}
        found = others.get(right.text)
        if found is None:
            found = others[right.text] = self._new_name(field, left, right)
        return found

    def _new_name(self, field: str, left: Name, right: Name) -> Part:
        """Weigh two names; partial agreement weighs at most what the names weigh."""
        level = name_level(left, right, given=field != "family_name")
        weights = self._weights[field].get(level, _NOTHING)
        if level is not Level.EXACT and weights[0] <= 0:
            return (field, level, *weights, "")
        kind = field.removesuffix("_name")
        exact = self._exact(field, (kind, left.joined))
        if level is Level.EXACT:
            return (field, level, *exact, "")
        most = min(exact[0], self._exact(field, (kind, right.joined))[0])
        beyond = max(0.0, weights[0] - most)
        return (field, level, *(each - beyond for each in weights), "")

    def _go_together(
        self, given: Part, family: Part, left: Profile, right: Profile
    ) -> Part:
        """Take back what the names' shares count too much: names go together."""
        less = self._namesakes(left.given, left.family)
        if given[1] is not Level.EXACT or family[1] is not Level.EXACT:
            less = min(less, _COMMUNITY, self._namesakes(right.given, right.family))
        return ("names_together", Level.TOGETHER, less, less, less, "")

    def _namesakes(self, given: Name, family: Name) -> float:
        """Give in bits how much rarer both names together look than they are."""
        pair = (given.joined, family.joined)
        found = self._together.get(pair)
        if found is None:
            chance = (
                self._size
                * self._share(("given", given.joined))
                * self._share(("family", family.joined))
            )
            others = self._frequencies.namesakes(given, family, self._size)
            found = self._together[pair] = bits(chance / others)
        return found

    def _swapped(self, left: Profile, right: Profile) -> Part | None:
        """Compare given with family name, both ways, as one piece of evidence."""
        found = list[Part]()
        for given, family in ((left.given, right.family), (right.given, left.family)):
            if not given.joined or not family.joined:
                continue
            part = self._family_name(given, family)
            if part[1] not in AGREEING:
                return None
            found.append(min(part, self._given_name(given, family), key=_weight))
        if not found:
            return None
        less = min(
            _COMMUNITY,
            self._namesakes(left.given, left.family),
            self._namesakes(right.given, right.family),
        )
        weight = max(0.0, sum(map(_weight, found)) + SWAP.weight + less)
        given_odds = self._odds["given_name"][Level.EXACT]
        sibling = weight + bits(given_odds.sibling / given_odds.m)
        note = "compared as a whole"
        return ("full_name", Level.SWAPPED, weight, sibling, sibling, note)

    def _other_name(
        self, left: Profile, right: Profile, given: Part
    ) -> tuple[Part, bool]:
        """See whether the child goes by another given name: preferred or middle name.

        It stands in place of the given names, so that nothing counts twice; a middle
        name that was taken for it is not compared any more, as the second value says.
        """
        best, used_middle = given, False
        for one, other, cost in (
            (left.given, right.preferred, _PREFERRED),
            (left.preferred, right.given, _PREFERRED),
            (left.preferred, right.preferred, _PREFERRED),
            (left.given, right.middle, _MIDDLE),
            (left.middle, right.given, _MIDDLE),
        ):
            if not one.joined or not other.joined:
                continue
            part = self._given_name(one, other)
            if part[1] in AGREEING and part[2] + cost > best[2]:
                used_middle = cost == _MIDDLE
                best = self._by_other_name(part, cost, by_middle=used_middle)
        both = self._interchanged(left, right)
        if both and both[2] > best[2]:
            return both, True
        return best, used_middle

    def _by_other_name(self, part: Part, cost: float, *, by_middle: bool) -> Part:
        """Make of an agreement with another name one of the given names.

        A child's middle name is a sister's or brother's given name by chance as often
        as a stranger's; a name to go by is not.
        """
        if by_middle:
            return ("given_name", Level.MIDDLE_NAME, part[2] + cost, 0.0, 0.0, "")
        weights = (each + cost for each in part[2:5])
        return ("given_name", Level.OTHER_NAME, *weights, "")

    def _interchanged(self, left: Profile, right: Profile) -> Part | None:
        """Compare given with middle name, both ways, as one piece of evidence."""
        if not left.middle.joined or not right.middle.joined:
            return None
        one = self._given_name(left.given, right.middle)
        other = self._given_name(left.middle, right.given)
        if one[1] not in AGREEING or other[1] not in AGREEING:
            return None
        weights = (a + b + _MIDDLE for a, b in zip(one[2:5], other[2:5], strict=True))
        return ("given_name", Level.INTERCHANGED, *weights, "")

    # Other fields -----------------------------------------------------------------

    def _born(self, left: Birth | None, right: Birth | None) -> Part | None:
        if left is None or right is None:
            return None
        pair = (left, right)
        found = self._births.get(pair)
        if found is None:
            level = birth_level(left, right)
            if level is Level.EXACT:
                weights = self._exact("date_of_birth", ("born", birth_text(left)))
                found = ("date_of_birth", level, *weights, "")
            else:
                found = self._part("date_of_birth", level)
            self._births[pair] = found
        return found

    def _year(
        self, left: Profile, right: Profile, born: Part | None, found: list[Part]
    ) -> None:
        """Compare the years for what the dates of birth do not say already."""
        level = year_level(left.year, right.year)
        if born is None or born[1] in {Level.SAME_YEAR, Level.SAME_MONTH}:
            found.append(self._part("year", level))
        elif left.born and right.born and abs(left.born[0] - right.born[0]) > 1:
            weights = self._weights["year_beside_birth"].get(level, _NOTHING)
            found.append(("year", level, *weights, "beside the dates of birth"))

    def _national_id(self, left: str, right: str) -> Part:
        """Compare national identifiers; one that several have is no evidence."""
        level = national_id_level(left, right)
        if level in {Level.EXACT, Level.CHECKED}:
            if self._frequencies.counts.get(("national_id", left), 0) > 1:
                level = Level.SHARED
        return self._part("national_id", level)

    def _address_like(
        self, field: str, value: str, left: Profile, right: Profile
    ) -> Part:
        """Compare user names or emails: made from the name they say what it says."""
        local = "".join(symbol for symbol in value.partition("@")[0] if symbol.isalnum())
        if _repeats(local, left.given, right.given):
            return self._part(field, Level.REPEATED)
        if _repeats(local, left.family, right.family):
            return self._part(field, Level.FAMILYS)
        return self._part(field, Level.EXACT)

    def _home(self, left: Profile, right: Profile, found: list[Part]) -> None:
        """Compare where two live: the address for what the postcode does not say."""
        table = "address"
        if left.postcode and right.postcode:
            key = ("postcode", left.postcode, right.postcode)
            part = self._plain.get(key)
            if part is None:
                part = self._plain[key] = self._postcode(left.postcode, right.postcode)
            found.append(part)
            same = part[1] in {Level.EXACT, Level.ONE_EDIT}
            unit = "address_of_one_unit" if is_unit(left.postcode) else _AREA
            table = unit if same else "address_elsewhere"
        if left.address and right.address:
            pair = (left.address, right.address)
            level = self._addresses.get(pair)
            if level is None:
                level = self._addresses[pair] = address_level(*pair)
            found.append(("address", level, *self._weights[table][level], ""))

    def _postcode(self, left: str, right: str) -> Part:
        level = postcode_level(left, right)
        if level is Level.EXACT:
            return ("postcode", level, *self._exact("postcode", ("postcode", left)), "")
        return self._part("postcode", level)

    def _of_own(
        self, own: OwnComparison, left: Profile, right: Profile, found: list[Part]
    ) -> None:
        """Compare a field that the host has added."""
        one, other = left.extra.get(own.key, ""), right.extra.get(own.key, "")
        if not one or not other:
            return
        pair = (own.field, one, other)
        part = self._plain.get(pair)
        if part is None:
            level = KINDS[own.kind](one, other)
            odds = own.levels.get(level)
            weights = _NOTHING if odds is None else _weights_of(odds)
            part = self._plain[pair] = (own.field, level, *weights, "")
        if part[1] is not Level.MISSING:
            found.append(part)


_HOPELESS = -30.0
"""Bits below which it does not matter any more how siblings would agree."""

_COMMUNITY = -bits(COMMUNITY)
_MISSING = Level.MISSING
_weight = itemgetter(2)

_AREA = "address_of_one_area"

_TELLING = 3
"""Letters that a name needs for it to be seen in an address; shorter is anywhere."""

_PREFERRED = Odds(0.1, 1).weight
"""What it costs that a given name agrees with the other record's preferred name."""

_MIDDLE = Odds(0.015, 1).weight
"""What it costs that a given name agrees with the other record's middle name."""


def _repeats(local: str, *names: Name) -> bool:
    """Say whether a name can be seen in an address."""
    return any(
        len(word) >= _TELLING and word in local for name in names for word in name.words
    )


def _weights_of(odds: Odds) -> _Weights:
    return (odds.weight, bits(odds.sibling / odds.u), bits(odds.twin / odds.u))
