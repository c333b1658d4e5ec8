"""The one scorer: how likely two records are of one child, and why (PREV-6).

Two records are of one child, of a child and a sister or brother, of twins, or of two
strangers. Each field weighs what its level says for the first against the last; at the
end the siblings are set against the child, as one more line of the sum: what a family
shares then speaks for the family, not for the child (MATCH-4).
"""

from collections.abc import Sequence
from operator import itemgetter

from student_transfer.linkage.comparing.agreement import (
    address_level,
    are_near,
    birth_level,
    national_id_level,
    postcode_level,
    year_level,
)
from student_transfer.linkage.comparing.comparison import Comparison, FieldComparison
from student_transfer.linkage.comparing.families import Families
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.kinds import CustomComparison
from student_transfer.linkage.comparing.levels import SWAP, Level, bits
from student_transfer.linkage.comparing.names_in_emails import (
    is_made_of_names,
    repeats_name,
)
from student_transfer.linkage.comparing.naming import FULL_NAME, NameScorer
from student_transfer.linkage.comparing.needs import least_offered, needs_of
from student_transfer.linkage.comparing.prior import Prior, Sums
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.comparing.weights import (
    NOTHING,
    Evidence,
    WeightTables,
    address_table,
    weights_of,
    year_table,
)
from student_transfer.linkage.profiles.births import Birth, birth_text
from student_transfer.linkage.profiles.profile import Address, Profile

_weight, _for_sibling, _for_twin = map(itemgetter, range(2, 5))  # of `Evidence`


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
        self.tables = WeightTables(frequencies, settings)
        self.names = NameScorer(self.tables)
        self._custom = settings.comparisons
        expected = Families(settings.siblings_expected, settings.twins_expected)
        self.prior = Prior.of(
            self.tables.size, settings.expected_share, families or expected
        )
        self._gender = (
            self.tables.evidence("gender", Level.DIFFERENT),
            self.tables.evidence("gender", Level.EXACT),
        )
        self._birth_levels = self.tables.levels["date_of_birth"]
        self._postcode_levels = self.tables.levels["postcode"]
        self._same_births = self.tables.exact["date_of_birth"]
        self._same_postcodes = self.tables.exact["postcode"]
        self.known_birth = frequencies.known_birth
        self._january_is_common = frequencies.january_is_common
        self._births: dict[Birth, Evidence] = {}
        self._plain: dict[tuple[str, str, str], Evidence] = {}
        self.least_possible_bits = least_offered(settings)
        self.needs = needs_of(settings)

    def weigh(
        self, left: Profile, right: Profile
    ) -> tuple[Sums, list[Evidence]] | None:
        """Return the sums of a pair, and the evidence that was summed up; symmetric.

        None for a pair that cannot be a possible match: names and dates speak so much
        against it that nothing else can help, or everything together does.
        """
        found = self._core(left, right)
        prior = self.prior.bits + may_be_learnt(found)
        core = prior + sum(map(_weight, found))
        if core < self.needs.home and not self._may_be_saved(left, right, core):
            return None  # nothing else can help
        self._rest(left, right, found)
        one = sibling = twin = 0.0
        for _, _, weight, as_sibling, as_twin, _, _, _ in found:
            one += weight
            sibling += as_sibling
            twin += as_twin
        if prior + one < self.least_possible_bits:
            return None
        return (one, sibling, twin), found

    def _may_be_saved(self, left: Profile, right: Profile, core: float) -> bool:
        """Tell whether something agrees that outweighs names and dates that do not."""
        one, other = left.national_id, right.national_id
        if (
            (one and other and are_near(one, other))
            or (left.email and left.email == right.email)
            or left.is_linked
            or right.is_linked
            or self._custom
        ):
            return True
        if core < self.needs.identifier:
            return False
        one, other = left.postcode, right.postcode
        if one and other and are_near(one, other):
            return True
        if core < self.needs.postcode:
            return False
        return may_be_one_home(left.address, right.address)

    def compare(self, left: Profile, right: Profile) -> Comparison:
        """Compare two records and keep every step."""
        evidence = self.evidence(left, right)
        fields = [FieldComparison(p.field, p.level, p.weight, p.note) for p in evidence]
        family = self.prior.family_bits(
            sum(map(_for_sibling, evidence)), sum(map(_for_twin, evidence))
        )
        if family:
            fields.append(FieldComparison("siblings", Level.SIBLINGS, -family))
        return Comparison(tuple(fields), self.prior.bits)

    def evidence(self, left: Profile, right: Profile) -> list[Evidence]:
        """Compare two records in every field that both have (MATCH-2); symmetric."""
        found = self._core(left, right)
        self._rest(left, right, found)
        return found

    def _core(self, left: Profile, right: Profile) -> list[Evidence]:
        """Compare names and dates of birth."""
        found = self.names.evidence(left, right)
        born = self._born(left.born, right.born)
        if born:
            found.append(born)
        return found

    def _rest(self, left: Profile, right: Profile, found: list[Evidence]) -> None:
        """Compare all else."""
        if left.gender and right.gender:
            found.append(self._gender[left.gender == right.gender])
        if left.year is not None and right.year is not None:
            self._year(left, right, found)
        if left.national_id and right.national_id:
            found.append(self._national_id(left.national_id, right.national_id))
        if left.student_id and left.student_id == right.student_id:
            found.append(self.tables.evidence("student_id", Level.EXACT))
        if left.user_name and left.user_name == right.user_name:
            self._user_name(left, right, found)
        if left.email and left.email == right.email:
            part = self._address_like("email", left.email, left, right)
            found.append(self._of_many(part, left.email))
        self._home(left, right, found)
        linked = left.is_linked or right.is_linked
        if linked and not left.links.isdisjoint(right.links):
            found.append(self.tables.evidence("link", Level.LINKED))
        for custom in self._custom:
            self._of_custom(custom, left, right, found)

    def _user_name(self, left: Profile, right: Profile, found: list[Evidence]) -> None:
        """Compare user names that are the same, where they are not the email again."""
        if left.email == right.email and _is_email(left):
            return
        found.append(self._address_like("user_name", left.user_name, left, right))

    def _born(self, left: Birth | None, right: Birth | None) -> Evidence | None:
        one, other = self.known_birth(left), self.known_birth(right)
        if left is None or right is None or one is None or other is None:
            return None
        is_known = (one, other) == (left, right)
        if left != right or not (one[2] or (left[2] and self._january_is_common)):
            part = self._birth_levels[birth_level(one, other)]
            return part if is_known else part._replace(note=_YEAR_ALONE)
        found = self._births.get(left)
        if found is None:
            found = self._births[left] = self._same_births[birth_text(left)]
        return found

    def _year(self, left: Profile, right: Profile, found: list[Evidence]) -> None:
        """Compare the years for what the dates of birth do not say already."""
        known = self.known_birth
        table = year_table(known(left.born), known(right.born))
        if table:
            level = year_level(left.year, right.year)
            found.append(self.tables.evidence(table, level))

    def _national_id(self, left: str, right: str) -> Evidence:
        """Compare national identifiers; one that several have is no evidence.

        That two right ones are of two children is still for a person to see (MATCH-4).
        """
        level = national_id_level(left, right)
        counts = self.tables.frequencies.counts
        most = max(counts.get(("national_id", each), 0) for each in (left, right))
        if most <= 1 or level is Level.DIFFERENT:
            return self.tables.evidence("national_id", level)
        if left == right:
            return self.tables.evidence("national_id", Level.SHARED)
        return Evidence("national_id", level, *NOTHING, _OF_SEVERAL)

    def _address_like(
        self, field: str, value: str, left: Profile, right: Profile
    ) -> Evidence:
        """Weigh a user name or email that both have, less if made from their names."""
        local = "".join(
            symbol for symbol in value.partition("@")[0] if symbol.isalnum()
        )
        if repeats_name(local, left.given, right.given):
            return self.tables.evidence(field, Level.REPEATED)
        if repeats_name(local, left.family, right.family):
            return self.tables.evidence(field, Level.FAMILY_SHARED)
        if is_made_of_names(local, left) or is_made_of_names(local, right):
            return self.tables.evidence(field, Level.REPEATED)
        return self.tables.evidence(field, Level.EXACT)

    def _of_many(self, part: Evidence, email: str) -> Evidence:
        """Weigh an email by how many have it, if more than a family (MATCH-4)."""
        count = self.tables.frequencies.counts.get(("email", email), 0)
        if count <= _FAMILY:
            return part
        most = max(0.0, self.tables.same("email", count / self.tables.size))
        return part.up_to(most)._replace(level=Level.SHARED)

    def _home(self, left: Profile, right: Profile, found: list[Evidence]) -> None:
        """Compare where two live: the address for what the postcode does not say."""
        postcodes = None
        if left.postcode and right.postcode:
            part = self._postcode(left.postcode, right.postcode)
            found.append(part)
            postcodes = part.level
        if left.address.words and right.address.words:
            level = address_level(left.address, right.address)
            if level in _AT_HOME and self._is_institution(left, right):
                level = Level.SHARED
            table = address_table((left.postcode, right.postcode), postcodes)
            found.append(self.tables.evidence(table, level))

    def _is_institution(self, left: Profile, right: Profile) -> bool:
        """Return whether one of them lives where more than a family does (MATCH-4).

        As in a boarding school, which gives its own address for all.
        """
        count = self.tables.frequencies.counts.get
        return (
            count(("address", left.address.text), 0) > _HOUSEHOLD
            or count(("address", right.address.text), 0) > _HOUSEHOLD
        )

    def _postcode(self, left: str, right: str) -> Evidence:
        """Compare postcodes; partial agreement weighs at most what the two weigh."""
        if left == right:
            return self._same_postcodes[left]
        part = self._postcode_levels[postcode_level(left, right)]
        if part.weight <= 0:
            return part
        exact = self._same_postcodes
        return part.up_to(min(exact[left].weight, exact[right].weight))

    def _of_custom(
        self,
        custom: CustomComparison,
        left: Profile,
        right: Profile,
        found: list[Evidence],
    ) -> None:
        """Compare a field that the host has added."""
        one, other = left.extra.get(custom.key, ""), right.extra.get(custom.key, "")
        if not one or not other:
            return
        pair = (custom.field, one, other)
        part = self._plain.get(pair)
        if part is None:
            level = custom.level(one, other)
            chances = custom.levels.get(level)
            weights = NOTHING if chances is None else weights_of(chances)
            part = self._plain[pair] = Evidence(custom.field, level, *weights)
        if part.level is not Level.MISSING:
            found.append(part)


def may_be_learnt(evidence: Sequence[Evidence]) -> float:
    """Return the bits by which a pair may be likelier in the whole import, at most.

    So many where given and family name are swapped: a site may swap all of them.

    Args:
        evidence: Of the names, and whatever else.
    """
    if not evidence or evidence[0].field != FULL_NAME:
        return 0.0
    return max(0.0, SWAPS_LEARNT - evidence[0].below)


SWAPS_LEARNT = bits(1 / SWAP.m)
"""Bits by which swapped names speak more for one child, where a site swaps them all."""

_OF_SEVERAL = "one of them is that of several students"
_YEAR_ALONE = "a first of January stands for the year"

_FAMILY = 4
"""So many students of a site may have one email as brothers and sisters."""

_HOUSEHOLD = 6
"""So many students of an import may live at one address as brothers and sisters."""

_AT_HOME = frozenset({Level.EXACT, Level.SIMILAR, Level.PART, Level.SAME_STREET})


def _is_email(one: Profile) -> bool:
    """Tell whether a user name is the email again, or what stands before its domain."""
    return one.user_name in (one.email, one.email.partition("@")[0])


def may_be_one_home(left: Address, right: Address) -> bool:
    """Return whether house number or street agree, where both tell them."""
    if left.house and right.house:
        return left.house[0] == right.house[0] or left.house[1] == right.house[1]
    return bool(left.words and right.words)
