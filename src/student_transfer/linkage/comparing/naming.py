"""How the names of two students agree, as a whole (MATCH-3, MATCH-4).

Given, middle, preferred and family name are one piece of evidence with many ways to be
written: swapped, shortened, called by another. What goes together is weighed once.
"""

from operator import attrgetter

import attrs

from student_transfer.linkage.comparing.further_names import (
    are_reordered,
    go_on_otherwise,
    leads_others,
    name_after,
)
from student_transfer.linkage.comparing.levels import (
    AGREEING,
    CALLED_BY_MIDDLE_NAME,
    PREFERRED,
    SWAP,
    TONE,
    Level,
    bits,
)
from student_transfer.linkage.comparing.name_agreement import (
    FAMILY_NAMES,
    GIVEN_NAMES,
    NameRules,
    are_unlike,
    has_other_lead,
    level_of_alike,
)
from student_transfer.linkage.comparing.weights import (
    Evidence,
    LevelTable,
    Rarity,
    WeightTables,
)
from student_transfer.linkage.profiles.profile import Name, Profile
from student_transfer.names import (
    are_two_names,
    is_customary,
    is_known_name,
    is_short_form,
    is_vietnamese_syllable,
    share_full_name,
    usual_shares,
)

_NamePairs = dict[str, dict[str, Evidence]]

FULL_NAME = "full_name"
"""The field of swapped given and family names as a whole; it is always the first."""

_PREFERRED, _MIDDLE, _TONE = (
    each.weight for each in (PREFERRED, CALLED_BY_MIDDLE_NAME, TONE)
)
"""What it costs that a given name agrees with the other record's preferred name, or
with its middle name; and that a syllable has another tone."""

_NAMES_AROUND = 2
"""Names that are alike are taken to have so many around them that are as common."""

_UNMET = 0.5
"""So many are taken to have a name that nobody on the site has."""

_BESIDE_MIDDLE = "without the middle name in its column"
_WITH_MIDDLE = "with the middle name, in one column"
_BESIDE_GIVEN = "in the column of the given name"
_MISSING = Level.MISSING
_NOT_ALIKE = frozenset({Level.DIFFERENT, Level.MISSING})
_OTHERS = frozenset({Level.DIFFERENT, Level.LOOK_ALIKE})
_MAYBE_OTHERS = _OTHERS | {Level.SIMILAR, Level.TWO_EDITS}
_ALONE, _OTHER_NAME = Level.PREFERRED_ALONE, Level.OTHER_NAME
_MAY_BE_TWO = frozenset({Level.LOOK_ALIKE, Level.SIBLING_AMBIGUOUS})
_ONE_NAME = frozenset({Level.EXACT, Level.RESPELT})
_ONE_MIDDLE_NAME = AGREEING | {Level.SHARED, Level.INITIAL}
_weight = attrgetter("weight")


def _by_weight(part: Evidence) -> tuple[float, bool, float, float]:
    """Tell the better of two pieces of evidence; of equal ones the surer."""
    is_sure = part.level is not _ALONE
    return part.weight, is_sure, -part.sibling, -part.twin


@attrs.frozen(repr=False)
class _Role:
    """What a name is compared as, and what that says.

    Attributes:
        rules: What counts as one name.
        same: What it says that a name is the same.
        levels: What meeting each level says.
        differ: What it says that names differ.
        pairs: The pairs of names that were compared.
    """

    rules: NameRules
    same: Rarity
    levels: LevelTable
    differ: Evidence
    pairs: _NamePairs = attrs.field(factory=dict)

    @classmethod
    def of(cls, field: str, rules: NameRules, tables: WeightTables) -> "_Role":
        levels = tables.levels[field]
        return cls(rules, tables.exact[field], levels, levels[Level.DIFFERENT])

    def rarer(self, level: Level, one: str, other: str) -> float:
        """Say in bits how much rarer it is that two names are alike than usual.

        A stranger has a name like a rare one more rarely than one like a common one
        (MATCH-5); the more common of the two names counts. It is never below 0.
        """
        alike = _NAMES_AROUND * max(map(self.same.share_alike, (one, other)))
        return max(0.0, bits(self.levels.strangers[level] / alike))


class NameScorer:
    """Compares names; each pair of names once, since names repeat.

    Attributes:
        community_bits: What is taken back at least, where names agree that are not
            both the same.
    """

    def __init__(self, tables: WeightTables) -> None:
        """Take what levels weigh on the site."""
        self._tables = tables
        self._given = _Role.of("given_name", GIVEN_NAMES, tables)
        self._middle = _Role.of("middle_name", GIVEN_NAMES, tables)
        self._family = _Role.of("family_name", FAMILY_NAMES, tables)
        self._together: dict[tuple[str, str], float] = {}
        self.community_bits = -bits(tables.frequencies.community)

    def evidence(self, left: Profile, right: Profile) -> list[Evidence]:
        """Compare the names of two students; symmetric."""
        given, is_whole = self._given_names(left, right)
        family = self._compare(self._family, left.family, right.family)
        if given.level not in AGREEING and family.level not in AGREEING:
            swapped = self._swapped(left, right)
            if swapped and swapped.weight > given.weight + family.weight:
                swapped = self._doubted(swapped, left, right)
                return [swapped, *self._middle_names(left, right)]
        found, is_ambiguous = self._with_family(
            given, family, left, right, is_whole=is_whole
        )
        if is_whole:
            is_ambiguous |= _go_by_others(left, right) or _has_initial(left, right)
        elif left.has_other_names or right.has_other_names:
            given, middle = self._with_more(left, right, given)
            found += middle
        if given.level is Level.PART:  # what is the same may be the family's
            is_ambiguous |= not left.family and not right.family
            is_ambiguous |= leads_others(left.given, right.given)
        if given.level is Level.EXACT and _differ_in_tone(left, right):
            given, is_ambiguous = given._replace(weight=given.weight + _TONE), True
        if is_ambiguous:
            given = _as_ambiguous(given)
        elif family.level is _MISSING and _is_one_word(left, right):
            given = _as_ambiguous(given, Level.ONLY_NAME)
        if given.level is not _MISSING and family.level is not _MISSING:
            return [given, family, *found]
        return [part for part in (given, family) if part.level is not _MISSING] + found

    def _given_names(self, left: Profile, right: Profile) -> tuple[Evidence, bool]:
        """Compare given names, and say whether one of them stands in two columns."""
        given = self._compare(self._given, left.given, right.given)
        if given.level not in AGREEING and (left.middle or right.middle):
            for one, other in ((left, right), (right, left)):
                if _are_in_two_columns(one, other):
                    found = self._given.same.uncounted(other.given.joined)
                    return found._replace(note=_WITH_MIDDLE), True
            if given.level not in _NOT_ALIKE:
                whole = self.with_middle_names(
                    (left.given, left.middle), (right.given, right.middle)
                )
                return whole or given, whole is not None
        return given, False

    def with_middle_names(
        self, left: tuple[Name, Name], right: tuple[Name, Name]
    ) -> Evidence | None:
        """Compare given and middle name as one, where only the columns differ.

        Muhammad Bilal is Muhammad with the middle name Bilal, though what follows a
        name that brothers share tells them apart (MATCH-4).

        Args:
            left: Given and middle name of one student.
            right: Those of the other one.

        Returns:
            What it says that they are the same words; None where they are not.
        """
        one, other = (
            Name(given.words + middle.words, given.whole + middle.whole)
            for given, middle in (left, right)
        )
        part = self._compare(self._given, one, other)
        if part.level not in _ONE_NAME:
            return None
        for name in (one, other):
            most = self._given.same.uncounted(name.joined)
            part = part.up_to(most.weight)
        return part._replace(note=_WITH_MIDDLE)

    def _with_family(
        self,
        given: Evidence,
        family: Evidence,
        left: Profile,
        right: Profile,
        *,
        is_whole: bool,
    ) -> tuple[list[Evidence], bool]:
        """Return what names say together, and whether the given name is ambiguous."""
        if given.level not in AGREEING:
            return [], False
        is_led = _has_other_lead(given, left.given, right.given)
        if family.level in AGREEING:
            are_same = (
                not is_whole  # which weighs by how rare the whole is
                and left.given.joined == right.given.joined
                and given.level is family.level is Level.EXACT
            )
            found = [self._go_together(left, right, are_same=are_same)]
            return found, is_led or _is_twice(left) or _is_twice(right)
        if family.level is _MISSING:
            return [], is_led
        return [], is_led or any(map(self._is_commoner_swapped, (left, right)))

    def _is_commoner_swapped(self, one: Profile) -> bool:
        """Return whether a child's names are met more often in each other's column.

        Two who have them so, and differ in the family name, differ in the given name.
        """
        given, family = one.given.joined, one.family.joined
        count = self._tables.frequencies.counts.get
        here, elsewhere = count(("given", given), 0), count(("family", given), 0)
        if elsewhere <= here:
            return False
        as_is = (here + _UNMET) * (count(("family", family), 0) + _UNMET)
        return (elsewhere + _UNMET) * (count(("given", family), 0) + _UNMET) > as_is

    def _with_more(
        self, left: Profile, right: Profile, given: Evidence
    ) -> tuple[Evidence, list[Evidence]]:
        """Return what other names make of the given names, and compare middle names."""
        used_middle = False
        middle = self._middle_names(left, right)
        if given.level in AGREEING and given.level is not Level.EXACT and not middle:
            given, middle = self._with_middle(left, right, given)
        if given.level is not Level.EXACT:
            given, used_middle = self._other_name(left, right, given)
        if given.level in AGREEING:
            if are_reordered(left, right):
                given = given._replace(level=Level.INTERCHANGED)
            elif _are_called_otherwise(left, right):
                given = _as_ambiguous(given)
        elif given.level is _OTHER_NAME and _are_called_apart(left, right):
            given = given._replace(level=Level.SIBLING_AMBIGUOUS)
        return given, [] if used_middle else middle

    def _with_middle(
        self, left: Profile, right: Profile, given: Evidence
    ) -> tuple[Evidence, list[Evidence]]:
        """See whether one has in one column what the other has in two."""
        for one, other in ((left, right), (right, left)):
            if one.given.is_many and not one.middle and other.middle:
                found = self.in_one_column(one.given, other.given, other.middle)
                if found:
                    return found[0], [found[1]]
        return given, []

    def in_one_column(
        self, whole: Name, given: Name, middle: Name
    ) -> tuple[Evidence, Evidence] | None:
        """Compare a given name that a middle name follows with one that has its own.

        How often a site has a name is not known where it stands in one column with
        others, and both together are as common as the whole is, at least. Where the
        middle names differ, the given names agree as they are written.

        Args:
            whole: The given name of a student without a middle name.
            given: That of the other one.
            middle: The other one's middle name.

        Returns:
            What given and middle names say; None where the one is not the other's with
            a middle name, or may be another child's (MATCH-4).
        """
        after = name_after(whole, given)
        written = self._compare(self._given, whole, given)
        if after is None or written.level not in AGREEING:
            return None
        found = self.middle_name(after, middle)._replace(note=_BESIDE_GIVEN)
        if found.level not in _ONE_MIDDLE_NAME:
            return written, found
        most = self._given.same[whole.joined].weight
        part = self._given.same.uncounted(given.joined).up_to(most)
        found = found.up_to(self._middle.same.uncounted(middle.joined).weight)
        return part._replace(note=_BESIDE_MIDDLE), found.up_to(most - part.weight)

    def given_name(self, left: Name, right: Name) -> Evidence:
        """Compare two given names."""
        part = self._compare(self._given, left, right)
        return _as_ambiguous(part) if _has_other_lead(part, left, right) else part

    def family_name(self, left: Name, right: Name) -> Evidence:
        """Compare two family names."""
        return self._compare(self._family, left, right)

    def _middle_names(self, left: Profile, right: Profile) -> list[Evidence]:
        if not left.middle.joined or not right.middle.joined:
            return []
        return [self.middle_name(left.middle, right.middle)]

    def middle_name(self, left: Name, right: Name) -> Evidence:
        """Compare two middle names; one that custom gives to many says nothing."""
        part = self._compare(self._middle, left, right)
        if part.level in AGREEING and (
            is_customary(left.joined) or is_customary(right.joined)
        ):
            return self._middle.levels[Level.SHARED]
        return part

    def _compare(self, role: _Role, left: Name, right: Name) -> Evidence:
        """Compare two names; most are told at a glance to be one, or two."""
        one = left.joined
        if one == right.joined and left.whole == right.whole and len(one) > 1:
            return role.same[one]
        return role.differ if are_unlike(left, right) else _alike(role, left, right)

    def _go_together(
        self, left: Profile, right: Profile, *, are_same: bool
    ) -> Evidence:
        """Take back what the names' shares count too much: names go together."""
        less = self.namesakes(left.given, left.family)
        if not are_same:
            others = self.namesakes(right.given, right.family)
            less = min(less, self.community_bits, others)
        return Evidence("names_together", Level.NAMES_CORRELATED, less, less, less)

    def namesakes(self, given: Name, family: Name) -> float:
        """Return in bits how much rarer both names together look than they are."""
        pair = (given.joined, family.joined)
        found = self._together.get(pair)
        if found is None:
            tables = self._tables
            first = self._given.same.share(given.joined)
            last = self._family.same.share(family.joined)
            chance = tables.size * first * last
            others = tables.frequencies.namesakes(given, family, chance)
            found = self._together[pair] = bits(chance / others)
        return found

    def _swapped(self, left: Profile, right: Profile) -> Evidence | None:
        """Compare given with family name, both ways, as one piece of evidence.

        Where one may be another child's given name, that is said of it (MATCH-4).
        """
        found, level, lone = list[Evidence](), Level.SWAPPED, ""
        only_given = False
        for one, other in ((left, right), (right, left)):
            given, family = one.given, other.family
            if not given.joined or not family.joined:
                continue
            if are_unlike(given, family):
                return None
            as_family = _alike(self._family, given, family)
            as_given = _alike(self._given, given, family)
            if as_given.level is Level.LOOK_ALIKE:
                level = as_given.level
            is_one = as_family.level in AGREEING or given.joined == family.joined
            if not is_one:  # Bill and William: given names alone
                if as_given.level not in AGREEING or only_given:
                    return None
                as_family, only_given = as_given, True
            is_given = bool(one.family) and not other.given
            lone = "given_name" if is_given else "family_name"
            found.append(min(as_family, as_given, key=_weight))
        if not found or (only_given and len(found) == 1):
            return None
        less = min(
            self.community_bits,
            self.namesakes(left.given, left.family),
            self.namesakes(right.given, right.family),
        )
        bits_ = sum(map(_weight, found)) + SWAP.weight + less
        weight = max(0.0, bits_)
        if len(found) == 1:  # the one name that one of them has
            field, shared, note = lone, lone, "in the other column"
        else:
            field, shared, note = FULL_NAME, "given_name", "compared as a whole"
        sibling = weight + self._tables.sibling_share(shared)
        below = weight - bits_
        return Evidence(field, level, weight, sibling, sibling, note, below)

    def _doubted(self, swapped: Evidence, left: Profile, right: Profile) -> Evidence:
        """Say of swapped names whether they may be those of two in one family.

        As of names in columns that are alike (MATCH-4). Where what is known of names
        does not tell which of the two has them swapped, either may: a site may swap
        all, so that it does not tell.
        """
        if (swapped.field, swapped.level) != (FULL_NAME, Level.SWAPPED):
            return swapped
        mine, others = _reads_swapped(left), _reads_swapped(right)
        if (others or not mine) and self._may_be_two(left, _swapped_back(right)):
            return swapped._replace(level=Level.SIBLING_AMBIGUOUS)
        if (mine or not others) and self._may_be_two(_swapped_back(left), right):
            return swapped._replace(level=Level.SIBLING_AMBIGUOUS)
        return swapped

    def _may_be_two(self, left: Profile, right: Profile) -> bool:
        """Return whether given names that agree may be those of two in one family."""
        level = self.given_name(left.given, right.given).level
        if level in _MAY_BE_TWO or _are_called_otherwise(left, right):
            return True
        if level is Level.EXACT:
            return _differ_in_tone(left, right)
        if level is Level.PART and leads_others(left.given, right.given):
            return True
        return bool(left.gender and right.gender and left.gender != right.gender)

    def _other_name(
        self, left: Profile, right: Profile, given: Evidence
    ) -> tuple[Evidence, bool]:
        """See whether the child goes by another given name: preferred or middle name.

        It stands in place of the given names, so that nothing counts twice; a middle
        name that was taken for it is not compared any more, as the second value says.
        """
        best, used_middle = given, False
        if left.preferred.joined or right.preferred.joined:
            best = self._preferred_name(left, right, given)
        middle, others_middle = left.middle, right.middle
        crosswise = []
        for one, other in ((left.given, others_middle), (middle, right.given)):
            if one.joined and other.joined:
                part = self.given_name(one, other)
                if part.level in AGREEING:
                    crosswise.append(part)
                    if part.weight + _MIDDLE > best.weight:
                        best, used_middle = _by_middle_name(part), True
        if len(crosswise) > 1:
            both = _interchanged(*crosswise)
            if both.weight > best.weight:
                return both, True
        return best, used_middle

    def _preferred_name(
        self, left: Profile, right: Profile, given: Evidence
    ) -> Evidence:
        """See whether the child goes by a preferred name.

        Two who are called alike, but have given names that may be two names, may be
        brothers or sisters: Amandeep and Amanpreet are Aman at home (MATCH-4).
        """
        best = given
        is_short = given.level is Level.DIFFERENT or (
            given.level in _MAYBE_OTHERS and _is_short(left) and _is_short(right)
        )
        for one, other, is_alone in (
            (left.given, right.preferred, False),
            (left.preferred, right.given, False),
            (left.preferred, right.preferred, is_short),
        ):
            if one.joined and other.joined:
                part = self.given_name(one, other)
                if part.level in AGREEING and part.weight + _PREFERRED >= best.weight:
                    is_near = given.level in _OTHERS and part.level not in _ONE_NAME
                    level = _ALONE if is_alone or is_near else _OTHER_NAME
                    part = part.plus(_PREFERRED)._replace(
                        field="given_name", level=level, note=""
                    )
                    best = max(best, part, key=_by_weight)
        return best


def _alike(role: _Role, left: Name, right: Name) -> Evidence:
    """Compare two names that may be one; each pair once."""
    others = role.pairs.get(left.key)
    if others is None:
        others = role.pairs[left.key] = {}
    found = others.get(right.key)
    if found is None:
        found = others[right.key] = _weighed(role, left, right)
    return found


def _weighed(role: _Role, left: Name, right: Name) -> Evidence:
    """Weigh two names; partial agreement weighs at most what the names weigh."""
    level = level_of_alike(left, right, role.rules)
    if level is Level.EXACT:
        return role.same[left.joined]
    part = role.levels[level]
    if part.weight <= 0:
        return part
    if level in AGREEING:
        part = part.plus(role.rarer(level, left.joined, right.joined))
    both = role.same[left.joined], role.same[right.joined]
    return part.up_to(min(map(_weight, both)))


def _by_middle_name(part: Evidence) -> Evidence:
    """Make of an agreement with a middle name one of the given names.

    It is a sister's or brother's given name by chance as often as a stranger's; a name
    to go by is not.
    """
    weight = part.weight + _MIDDLE
    return Evidence("given_name", Level.MIDDLE_NAME, weight, 0.0, 0.0)


def _is_twice(one: Profile) -> bool:
    """Return whether a child has one name in both columns."""
    return one.given.joined == one.family.joined


def _go_by_others(left: Profile, right: Profile) -> bool:
    """Return whether two go by names that plainly differ, as brothers of one name do.

    A preferred name that is the given name again, as many rosters fill it in, is none.
    """
    one, other = left.preferred, right.preferred
    if not one.joined or not other.joined or one.joined == other.joined:
        return False
    if one.joined == left.given.joined or other.joined == right.given.joined:
        return False
    if are_unlike(one, other):
        return True
    mine, others = one.joined, other.joined
    return are_two_names(mine, others) and not share_full_name(mine, others)


def _is_short(one: Profile) -> bool:
    """Return whether a child goes by what the given name is short for, or begins with.

    It tells no more than the given name does.
    """
    given, preferred = one.given.joined, one.preferred.joined
    return given.startswith(preferred) or is_short_form(preferred, given)


def _are_called_apart(left: Profile, right: Profile) -> bool:
    """Return whether all else tells two apart, one of whom goes by the other's name."""
    if not left.given or not right.given:
        return False
    if left.preferred.joined == right.preferred.joined:
        return False
    return _are_called_otherwise(left, right)


def _are_called_otherwise(left: Profile, right: Profile) -> bool:
    """Return whether all else that two are called tells them apart."""
    return _go_by_others(left, right) or go_on_otherwise(left, right)


def _reads_swapped(one: Profile) -> bool:
    """Return whether a family name is known as a given name only, and the other not."""
    families, _ = usual_shares("family")
    given = [word for word in one.family.words if is_known_name(word)]
    if not given or not families.keys().isdisjoint(given):
        return False
    return not any(map(is_known_name, one.given.words))


def _swapped_back(one: Profile) -> Profile:
    return attrs.evolve(one, given=one.family, family=one.given)


def _are_in_two_columns(one: Profile, other: Profile) -> bool:
    """Return whether a particle and a name in two columns are another's in one.

    As De and Andre are De Andre, of which the particle is no telling word; so a title.
    """
    first, second, whole = one.given, one.middle, other.given
    if not first or other.middle or second.joined != whole.joined:
        return False
    return first.whole + second.whole == whole.whole


def _differ_in_tone(left: Profile, right: Profile) -> bool:
    """Return whether a Vietnamese name has another tone, where both write accents.

    Anh and Ánh are two names; without accents either is Anh. In other names, as in
    María and Seán, accents are left out more easily than they tell two names apart.
    """
    one, other = left.given, right.given
    if not (
        one.written or other.written or left.middle.written or right.middle.written
    ):
        return False  # as of most
    if not _writes_accents(left) or not _writes_accents(right):
        return False
    if not _may_be_vietnamese(left) and not _may_be_vietnamese(right):
        return False
    return any(
        marks != others and is_vietnamese_syllable(word)
        for one, other in ((left.given, right.given), (left.middle, right.middle))
        if one.words == other.words
        for word, marks, others in zip(one.words, one.marks, other.marks, strict=False)
    )


def _may_be_vietnamese(one: Profile) -> bool:
    """Return whether names are spelt so: one alone, as Leo among others, may not be."""
    words = one.given.words + one.middle.words + one.family.words
    return sum(map(is_vietnamese_syllable, words)) >= min(len(words), _TWO_SYLLABLES)


_TWO_SYLLABLES = 2


def _writes_accents(one: Profile) -> bool:
    return any(map(any, (one.given.marks, one.middle.marks, one.family.marks)))


def _has_initial(left: Profile, right: Profile) -> bool:
    """Return whether a given or middle name of two students is known by an initial."""
    return any(
        len(word) == 1
        for one in (left, right)
        for word in one.given.words + one.middle.words
    )


def _has_other_lead(given: Evidence, left: Name, right: Name) -> bool:
    """Return whether given names are the same, but that a particle begins one."""
    if given.level is not Level.EXACT or left.whole == right.whole:
        return False
    return has_other_lead(left, right)


def _as_ambiguous(given: Evidence, level: Level = Level.SIBLING_AMBIGUOUS) -> Evidence:
    """Say of names that agree that brothers or sisters, or others, may have them."""
    return given._replace(level=level) if given.level in AGREEING else given


def _is_one_word(left: Profile, right: Profile) -> bool:
    """Return whether one word is all that two names have in common, but initials."""
    for one, other in ((left, right), (right, left)):
        if sum(len(word) > 1 for word in one.given.words) == 1:
            family = one.family.words  # it may stand in the other's column
            if not family or not set(family) <= set(other.given.words):
                return True
    return False


def _interchanged(one: Evidence, other: Evidence) -> Evidence:
    """Make one piece of evidence of given and middle names that agree crosswise."""
    return Evidence(
        "given_name",
        Level.INTERCHANGED,
        one.weight + other.weight + _MIDDLE,
        one.sibling + other.sibling + _MIDDLE,
        one.twin + other.twin + _MIDDLE,
    )
