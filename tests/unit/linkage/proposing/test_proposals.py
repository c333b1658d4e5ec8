"""Unit tests of what is learnt from a whole import."""

from collections.abc import Collection
from datetime import date
from itertools import product

import attrs
import pytest

from student_transfer.linkage.comparing.comparison import Comparison
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.learnt_frequencies import learnt_from
from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.profiles.profile import Profile, profile
from student_transfer.linkage.proposing.deciding import Decided, Suggestion
from student_transfer.linkage.proposing.pair_scoring import PairScorer, Scored
from student_transfer.linkage.proposing.proposals import propose
from student_transfer.matching import link
from student_transfer.students import Student, StudentKey
from tests.unit.linkage.people import FULL, LEAN, NOBODY, SITE, named, there


@attrs.frozen
class Case:
    """An import whose students meet everybody on the site."""

    incoming: list[Student]
    existing: list[Student]
    site: Frequencies = SITE
    settings: Settings = DEFAULT_SETTINGS
    decided: Decided = attrs.field(factory=dict)

    @property
    def ready(self) -> dict[StudentKey, Profile]:
        """The incoming students in normal form."""
        return {one.key: profile(one) for one in self.incoming}

    def score(self, incoming: list[Student]) -> Scored:
        """Compare some of the incoming students."""
        here = {one.key: profile(one) for one in self.existing}
        scorer = PairScorer(
            self.ready,
            {one.key: list(here) for one in incoming},
            here.__getitem__,
            self.site,
            self.settings,
        )
        return scorer.score([one.key for one in incoming])

    def propose(
        self, *scored: Scored, truncated: Collection[StudentKey] = ()
    ) -> tuple[Suggestion, ...]:
        """Propose with what comparing came to; without it all is compared at once."""
        return propose(
            self.ready,
            scored or [self.score(self.incoming)],
            self.site,
            self.settings,
            decided=self.decided,
            truncated=truncated,
        )

    def compare(self, one: Student, other: Student) -> Comparison:
        """Compare two as they are compared in the import, and keep every step."""
        most = self.settings.most_share
        learnt = learnt_from(self.site, self.ready.values(), most)
        return Scorer(learnt, self.settings).compare(profile(one), profile(other))


def _children(number: int) -> list[Student]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        attrs.evolve(
            LEAN,
            key=StudentKey(f"{each:03}"),
            given_name=f"{letters[each % 26]}{letters[each // 26]}avina",
            family_name=f"W{letters[each % 26]}{letters[each // 26]}ndel",
            date_of_birth=date(2010 + each % 7, 1 + each % 12, 1 + each % 28),
        )
        for each in range(number)
    ]


def test_work_that_is_shared_out_comes_to_the_same() -> None:
    """However the comparing is parted, the proposals are the same (PREV-5)."""
    incoming = _children(12)
    case = Case(incoming, [there(one, f"t{one.key}") for one in incoming])
    whole = case.propose()
    for shares in (2, 5):
        parts = [case.score(incoming[place::shares]) for place in range(shares)]
        assert case.propose(*reversed(parts)) == whole


def test_the_same_scores_come_to_the_same_proposals() -> None:
    """PREV-5: what an import shows is learnt anew each time, and changes no score."""
    incoming = _children(12)
    existing = [there(one, f"t{one.key}") for one in incoming]
    existing += [there(one, f"s{one.key}", given_name="Zoe") for one in incoming[:9]]
    case = Case(incoming, existing)
    scored = case.score(incoming)
    before = attrs.evolve(scored, sums={k: {**v} for k, v in scored.sums.items()})
    assert case.propose(scored) == case.propose(scored)
    assert scored == before


def _swapped(one: Student) -> Student:
    """Write a student as a site does that puts the family name first."""
    return there(
        one,
        f"t{one.key}",
        given_name=one.family_name,
        family_name=one.given_name,
    )


_SYLLABLES = [
    "bro",
    "kal",
    "mif",
    "zus",
    "tep",
    "gor",
    "nad",
    "vil",
    "hux",
    "jem",
    "lod",
    "ras",
    "fen",
]


def _with_rare_names() -> list[Student]:
    return [
        named(
            f"{syllable}{other}a",
            f"{other}on{syllable}",
            key=StudentKey(f"{syllable}{other}"),
        )
        for syllable, other in product(_SYLLABLES, repeat=2)
    ]


def test_a_site_that_swaps_all_names_is_learnt() -> None:
    """MATCH-3: one swapped name is a slip, a hundred are how the site writes them."""
    incoming = _with_rare_names()
    alone = Case(incoming[:1], [_swapped(incoming[0])]).propose()
    existing = [*map(_swapped, incoming)]
    among = Case(incoming, existing).propose()
    (found,) = alone[0].candidates
    assert all(
        one.match == f"t{own.key}" for one, own in zip(among, incoming, strict=True)
    )
    assert 1 - among[0].candidates[0].probability < (1 - found.probability) / 10


def test_who_is_likely_only_on_a_site_that_swaps_all_names_is_found() -> None:
    """MATCH-3, PREV-3: common names without a date, which alone are no possible match.

    By a little less than nothing of the pair is kept, and it is new without review.
    """
    incoming = [*_with_rare_names(), named("Omar", "Smith", key=StudentKey("x"))]
    existing = [*map(_swapped, incoming)]
    common = [*product(("given", "family"), ("omar", "smith"))]
    for count in (300, 450, 500, 600):
        case = Case(
            incoming, existing, Frequencies(100_000, dict.fromkeys(common, count))
        )
        found = case.propose()[-1]
        assert [one.key for one in found.candidates] == ["tx"]
        assert found.needs_review
        alone = case.compare(incoming[-1], existing[-1])
        assert alone.probability < DEFAULT_SETTINGS.possible_threshold / 20


def test_what_is_learnt_of_swaps_makes_no_child_of_a_stranger() -> None:
    """MATCH-1: names that only look alike crosswise say no more on such a site."""
    one, *others = _with_rare_names()
    like = named("Gorbroa", "Broongor", key=StudentKey("like"))
    others = [other for other in others if other.given_name != "gorbroa"]
    existing = [*map(_swapped, [like, *others])]
    case = Case([one, *others], existing, Frequencies(10))
    names, *_ = case.compare(one, existing[0]).fields
    assert (names.field, names.weight) == ("full_name", 0)
    assert case.propose()[0].candidates == ()


def test_where_nobody_swaps_names_nothing_is_learnt_of_it() -> None:
    """MATCH-3: a slip is not held against those who make none."""
    incoming = _children(30)
    odd = _swapped(incoming[0])
    existing = [odd, *(there(one, f"t{one.key}") for one in incoming[1:])]
    found = Case(incoming, existing).propose()
    assert found[0].match == odd.key
    assert found[0].candidates[0].probability > 0.9


def test_an_import_that_is_not_found_lowers_what_is_expected() -> None:
    """Where nobody is on the site the doubtful one is less likely, too (MATCH-6)."""
    incoming = _children(60)
    doubtful = there(incoming[0], "t0", date_of_birth=None, year="", given_name="")
    with_all = [*(there(one, f"t{one.key}") for one in incoming[1:]), doubtful]
    chances = []
    for existing in (with_all, [doubtful]):
        settings = Settings(possible_threshold=0.01)
        (found,) = Case(incoming, existing, settings=settings).propose()[0].candidates
        chances.append(found.probability)
    assert chances[0] > 1.5 * chances[1]


def test_what_several_who_come_have_identifies_none_of_them() -> None:
    """One "State ID" for everyone matches nobody by it (MATCH-5)."""
    incoming = [attrs.evolve(one, national_id="STATE20245") for one in _children(3)]
    other = there(incoming[0], "t0", given_name="Zoe", family_name="Lund")
    stranger = attrs.evolve(other, date_of_birth=None)
    found = Case(incoming, [stranger]).propose()
    assert not any(one.candidates for one in found)
    alone = Case(incoming[:1], [stranger]).propose()
    assert alone[0].candidates


@pytest.mark.parametrize(("living_there", "is_home"), [(6, True), (7, False)])
def test_where_more_than_a_family_lives_is_nobodys_home(
    living_there: int, *, is_home: bool
) -> None:
    """MATCH-4: a boarding school gives its own address for all; some mistype it."""
    incoming = [
        attrs.evolve(one, extra={"address": "The College, 3 Abbey Road"})
        for one in _children(living_there)
    ]
    mistyped = {"address": "The Colege, 3 Abbey Road"}
    existing = [
        there(attrs.evolve(one, extra=mistyped), f"t{one.key}") for one in incoming
    ]
    compared = Case(incoming, existing).compare(incoming[0], existing[0])
    (home,) = [one for one in compared.fields if one.field == "address"]
    assert (home.level is Level.SIMILAR) is is_home
    assert (home.level is Level.SHARED) is not is_home
    assert (home.weight > 0) is is_home


def test_the_steps_explain_the_decision() -> None:
    """What is told of a pair is what has decided about it (PREV-6)."""
    incoming = _children(2)
    existing = [there(one, f"t{one.key}") for one in incoming]
    case = Case(incoming, existing)
    for one, other, suggestion in zip(incoming, existing, case.propose(), strict=True):
        told = case.compare(one, other)
        assert suggestion.candidates[0].why == told.why
        assert abs(told.probability - suggestion.candidates[0].probability) < 0.01


def test_it_does_not_count_how_many_are_settled_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten thousand incoming students are looked at in parts (PREV-5)."""
    incoming = [attrs.evolve(LEAN, key=StudentKey(str(each))) for each in range(5)]
    existing = [there(LEAN, "9"), there(FULL, "8"), there(NOBODY, "7")]
    whole = link(incoming, existing)
    monkeypatch.setattr("student_transfer.linkage.proposing.pair_scoring._AT_ONCE", 2)
    assert link(incoming, existing) == whole


def test_who_was_chosen_against_all_odds_is_told_with_what_agrees() -> None:
    """A person's choice is shown as any other, however unlikely (PREV-7)."""
    one = attrs.evolve(_children(1)[0], email="a@example.org")
    names = {"given_name": "Zebedee", "family_name": "Quill"}
    near = there(one, "8", **names)
    settings = Settings(possible_threshold=0.7)
    unlikely = Case([one], [near], settings=settings)
    assert unlikely.propose()[0].candidates == ()
    chosen = attrs.evolve(unlikely, decided={one.key: near.key})
    (found,) = chosen.propose()
    assert found.candidates[0].why == chosen.compare(one, near).why
    assert "given name: different" in found.candidates[0].why


def test_who_was_chosen_though_hopeless_is_the_match_and_no_candidate() -> None:
    """PREV-7: nothing that is compared could be told of the two; the choice stays."""
    one = named("Ana", "Souza", key=StudentKey("1"), date_of_birth=date(2014, 3, 5))
    far = there(named("Konstantin", "Wexford", date_of_birth=date(2010, 9, 9)), "9")
    (found,) = Case([one], [far], decided={one.key: far.key}).propose()
    assert (found.match, found.candidates) == (far.key, ())
    assert found.why == "decided by a person"


def _flagged_of_cut(
    incoming: list[Student],
    existing: list[Student],
    cut: Student,
    site: Frequencies = SITE,
) -> bool:
    """Return whether a new student is flagged, some of whose candidates were left out.

    All others meet whoever is on the site.
    """
    case = Case([*incoming, cut], existing, site)
    found = case.propose(case.score(incoming), truncated={cut.key})
    assert found[-1].match is None
    assert found[-1].why.startswith("nobody on the site is a possible match; too many")
    return found[-1].needs_review


CUT = attrs.evolve(LEAN, key=StudentKey("cut"))


@pytest.mark.parametrize("is_known_in_part", [False, True])
@pytest.mark.parametrize(("without", "flagged"), [(4, False), (5, True), (40, True)])
def test_a_date_finds_nobody_where_the_site_has_few(
    without: int, *, is_known_in_part: bool, flagged: bool
) -> None:
    """PREV-3: searches by dates are enough where nearly all on the site have one."""
    incoming = _children(40)
    existing = [there(one, f"t{one.key}") for one in incoming]
    for place, one in enumerate(existing[:without]):
        assert one.date_of_birth
        part = {"date of birth": str(one.date_of_birth.year)}
        existing[place] = attrs.evolve(
            one, date_of_birth=None, extra=part if is_known_in_part else {}
        )
    assert _flagged_of_cut(incoming, existing, CUT) is flagged
    undated = attrs.evolve(CUT, date_of_birth=None)
    assert _flagged_of_cut(incoming, existing, undated)


def test_a_date_that_a_program_filled_in_finds_nobody() -> None:
    """PREV-3, MATCH-5: who has it is found by the name alone, as without a date."""
    dated, existing = (
        _children(40),
        [there(one, f"t{one.key}") for one in _children(40)],
    )
    filled = attrs.evolve(LEAN, date_of_birth=date(2000, 9, 1))
    incoming = dated + [
        attrs.evolve(filled, key=StudentKey(f"f{n}"), family_name=f"F{n}")
        for n in range(40)
    ]
    assert _flagged_of_cut(incoming, existing, attrs.evolve(filled, key=CUT.key))
    assert not _flagged_of_cut(incoming, existing, CUT)


@pytest.mark.parametrize(("born", "flagged"), [("2014-03-05", False), ("2014", True)])
def test_where_nobody_is_met_the_dates_on_the_site_tell(
    born: str, *, flagged: bool
) -> None:
    """PREV-3: one student who comes alone is not flagged on a site that has dates."""
    site = Frequencies(1000, {("born", born): 3, ("family", "khan"): 40})
    assert _flagged_of_cut([], [], CUT, site) is flagged
