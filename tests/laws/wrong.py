"""Matchers that are wrong on purpose: each breaks one law, and no other."""

from collections.abc import Sequence

import attrs

from student_transfer.matching import Frequencies, ImportAs, Suggestion, terms
from student_transfer.students import Student, StudentKey
from student_transfer.testing.laws import MatcherHost
from tests.laws.ours import Ours

Proposals = Sequence[Suggestion]


def _taken(proposal: Suggestion, key: StudentKey) -> Suggestion:
    """Match with somebody who is offered, unseen."""
    return attrs.evolve(
        proposal, import_as=ImportAs.MATCHED, match=key, needs_review=False
    )


class FavoursTheLongerName(Ours):
    """Scores less where the name that came in is the longer one."""

    def score(self, left: Student, right: Student, site: Frequencies) -> float:
        """Take a bit away one way round."""
        score = super().score(left, right, site)
        names = (left.given_name, right.given_name)
        return score - (all(names) and len(names[0]) > len(names[1]))


class DoubtsTheSame(Ours):
    """Scores equal given names as if they were suspicious."""

    def score(self, left: Student, right: Student, site: Frequencies) -> float:
        """Take a lot away where the given names are equal."""
        score = super().score(left, right, site)
        return score - 100 * (left.given_name == right.given_name != "")


class PunishesWhatIsMissing(Ours):
    """Scores less for each value that only one record has."""

    def score(self, left: Student, right: Student, site: Frequencies) -> float:
        """Take a bit away for each."""
        fields = (
            *("given_name", "middle_name", "family_name", "date_of_birth"),
            *("gender", "year", "national_id", "student_id"),
        )
        alone = [bool(getattr(left, f)) != bool(getattr(right, f)) for f in fields]
        return super().score(left, right, site) - sum(alone)


class LikesTheCommon(Ours):
    """Scores more where many students share what both have."""

    def score(self, left: Student, right: Student, site: Frequencies) -> float:
        """Add for each who has it too."""
        shared = terms(left) & terms(right)
        return super().score(left, right, site) + sum(
            site.counts.get(term, 0) for term in shared
        )


class FlagsTheLast(Ours):
    """Has a person look at whoever comes last."""

    def propose(
        self, incoming: Sequence[Student], existing: Sequence[Student]
    ) -> Proposals:
        """Flag the last."""
        found = [*super().propose(incoming, existing)]
        return [*found[:-1], *(attrs.evolve(f, needs_review=True) for f in found[-1:])]


class CountsTheSite(Ours):
    """Matches nobody with the first student of a site of an odd number."""

    def propose(
        self, incoming: Sequence[Student], existing: Sequence[Student]
    ) -> Proposals:
        """Offer instead of matching."""
        found = super().propose(incoming, existing)
        if len(existing) % 2:
            return found
        return [
            attrs.evolve(
                f, import_as=ImportAs.NEW, match=None, needs_review=bool(f.candidates)
            )
            for f in found
        ]


class LooksAtEachAlone(Ours):
    """Proposes for each incoming student as if no other came."""

    def propose(
        self, incoming: Sequence[Student], existing: Sequence[Student]
    ) -> Proposals:
        """Ask for one at a time."""
        alone = super().propose
        return [each for one in incoming for each in alone([one], existing)]


class TakesTheFirstOfTwo(Ours):
    """Matches with the first of two who fit equally well."""

    def propose(
        self, incoming: Sequence[Student], existing: Sequence[Student]
    ) -> Proposals:
        """Break ties by the key, where nobody else has that student."""
        found = super().propose(incoming, existing)
        taken = {each.match for each in found}
        keys = [one.key for one in incoming]
        decided = dict(zip(keys, found, strict=True))
        for key in sorted(keys):
            tied = decided[key].candidates[:2]
            free = len(tied) > 1 and tied[0].key not in taken
            if free and tied[0].probability == tied[1].probability:
                decided[key] = _taken(decided[key], tied[0].key)
                taken.add(tied[0].key)
        return [decided[key] for key in keys]


class TrustsFamilyAndBirthday(Ours):
    """Matches unseen where only family name and date of birth are known to agree."""

    def propose(
        self, incoming: Sequence[Student], existing: Sequence[Student]
    ) -> Proposals:
        """Take the flag off where there is nothing else to look at."""
        return [
            _taken(each, each.candidates[0].key)
            if each.candidates
            and each.needs_review
            and not one.gender
            and len(incoming) == 1
            and not one.national_id
            else each
            for one, each in zip(
                incoming, super().propose(incoming, existing), strict=True
            )
        ]


class TrustsWhoLooksAlike(Ours):
    """Matches unseen whoever is offered alone and has a national identifier."""

    def propose(
        self, incoming: Sequence[Student], existing: Sequence[Student]
    ) -> Proposals:
        """Take the flag off."""
        return [
            _taken(each, each.candidates[0].key)
            if len(each.candidates) == 1 and one.national_id and len(incoming) == 1
            else each
            for one, each in zip(
                incoming, super().propose(incoming, existing), strict=True
            )
        ]


class WantsEqualNames(Ours):
    """Offers nobody whose given name is another one."""

    def propose(
        self, incoming: Sequence[Student], existing: Sequence[Student]
    ) -> Proposals:
        """Drop whoever is called otherwise."""
        names = {one.key: one.given_name for one in existing}
        new = Suggestion(import_as=ImportAs.NEW)
        return [
            each
            if all(names[other.key] == one.given_name for other in each.candidates)
            else new
            for one, each in zip(
                incoming, super().propose(incoming, existing), strict=True
            )
        ]


BREAKS: dict[type[MatcherHost], str] = {
    FavoursTheLongerName: "the_score_is_symmetric",
    DoubtsTheSame: "nothing_scores_higher_than_a_record_against_itself",
    PunishesWhatIsMissing: "a_missing_value_is_neutral",
    LikesTheCommon: "a_rarer_value_that_is_shared_never_weighs_less",
    FlagsTheLast: "the_order_does_not_count",
    CountsTheSite: "an_unrelated_student_changes_no_match",
    LooksAtEachAlone: "nobody_is_the_match_of_two",
    TakesTheFirstOfTwo: "a_tie_is_never_automatic",
    TrustsFamilyAndBirthday: "family_name_and_date_of_birth_are_never_enough",
    TrustsWhoLooksAlike: "a_look_alike_is_never_automatic",
    WantsEqualNames: "a_child_written_in_two_ways_is_matched_or_offered",
}
"""Which law each matcher breaks."""
