"""Unit tests of reading an existing roster and keeping who may be meant."""

from array import array
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import attrs
import pytest

from student_transfer.linkage.blocking.candidates import (
    CROWD,
    choose_candidates,
    search_keys,
)
from student_transfer.linkage.blocking.keys import (
    blocking_keys,
    link_keys,
)
from student_transfer.linkage.bulk_blocking import backend
from student_transfer.linkage.bulk_blocking.array_blocker import ArrayBlocker
from student_transfer.linkage.bulk_blocking.candidate_rows import pick_from
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    Coded,
    RosterBlocker,
    RosterBlocks,
    SoughtStudents,
)
from student_transfer.linkage.bulk_blocking.row_blocker import RowBlocker
from student_transfer.linkage.comparing.frequencies import sought_terms, terms
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.profiles.profile import FIELDS, profile, values_of
from student_transfer.students import Student, StudentKey
from tests.unit.linkage.people import FULL, LEAN, NOBODY, named, there

BORN = date(2014, 3, 5)


@pytest.fixture(autouse=True, params=[RowBlocker, ArrayBlocker])
def _each(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise everything of both blockers."""
    monkeypatch.setattr(backend, "has_numpy", lambda: request.param is ArrayBlocker)


def _read(
    incoming: SoughtStudents,
    existing: Sequence[Student],
    settings: Settings,
    at_once: int,
) -> RosterBlocker[StudentKey]:
    """Let a blocker read a roster, so many students at once."""
    blocker: RosterBlocker[StudentKey] = backend.blocker_for(incoming, settings)
    for start in range(0, len(existing), at_once):
        some = existing[start : start + at_once]
        blocker.take(
            len(some),
            list(zip(*map(values_of, some), strict=True)),
            pick_from([one.key for one in some]),
            [link_keys(one.refs) for one in some],
        )
    return blocker


@attrs.frozen
class Taken:
    """What blockers have found, with the blockers."""

    blocks: RosterBlocks
    blockers: Sequence[RosterBlocker[StudentKey]]

    def keys(self, numbers: Sequence[Sequence[int]]) -> set[str]:
        """Return the keys of students who are given by their numbers in each part."""
        apart = zip(self.blockers, numbers, strict=True)
        rows = (blocker.rows.of(some).values() for blocker, some in apart)
        return {str(key) for each in rows for key in each}


def _taken(
    incoming: Iterable[Student],
    *parts: Sequence[Student],
    settings: Settings = DEFAULT_SETTINGS,
    at_once: int = 1000,
) -> Taken:
    """Let a blocker read each part of a roster."""
    sought = SoughtStudents([profile(one) for one in incoming])
    blockers = [_read(sought, part, settings, at_once) for part in parts]
    found = [blocker.blocks() for blocker in blockers]
    return Taken(backend.roster_blocks_of(sought, found, settings), blockers)


def _found(taken: Taken, place: int = 0) -> tuple[set[str], bool]:
    """Return whom to compare with a student, asked for alone and with all at once."""
    numbers, cut = taken.blocks.candidates(place)
    chosen, truncated = taken.blocks.chosen()
    together = [each.get(place, []) for each in chosen]
    assert taken.blocks.apart(numbers) == together
    assert cut == (place in truncated)
    return taken.keys(together), cut


def _searched(
    one: Student, existing: Sequence[Student], settings: Settings = DEFAULT_SETTINGS
) -> tuple[set[str], bool]:
    """Search as a storage does: by the blocking keys of every student."""
    sharing: dict[int, list[str]] = {}
    for other in existing:
        for key in blocking_keys(other):
            sharing.setdefault(key, []).append(str(other.key))
    limit = settings.per_key_limit
    overflowing = {key for key, there_ in sharing.items() if len(there_) > limit}
    few = {key: each for key, each in sharing.items() if key not in overflowing}
    return choose_candidates(
        search_keys(one), few, overflowing, settings.candidates_compared
    )


_NAMELESS = {"given_name": "", "family_name": "", "date_of_birth": None}
_NUMBERLESS = {"national_id": "", "email": ""}

WAYS_TO_MEET: dict[str, dict[str, Any]] = {
    "all": {},
    "names": {"date_of_birth": None, "extra": {}, "national_id": "", "email": ""},
    "swapped names": {"given_name": "Patel-Jones", "family_name": "Amelia"},
    "date": {"given_name": "Zuzanna", "family_name": "Novak", "extra": {}},
    "initials and date": {"given_name": "Azelia", "family_name": "Pmatel"},
    "family name, day and month": {"date_of_birth": date(2012, 5, 3)},
    "short form": {"given_name": "Millie", "date_of_birth": None},
    "preferred name": {"given_name": "Xiu", "preferred_name": "Amelia"},
    "identifier": _NAMELESS,
    "identifier otherwise": {
        **_NAMELESS,
        "national_id": "h801-200001001",
        "email": "Z@ö.org",
        "extra": {},
    },
    "email": {
        **_NAMELESS,
        "national_id": "",
        "email": " X1001@EXAMPLE.ORG",
        "extra": {},
    },
    "postcode and name": {
        **_NUMBERLESS,
        "given_name": "",
        "date_of_birth": None,
        "extra": {"postcode": "b139qx"},
    },
    "postcode and date": {
        **_NUMBERLESS,
        "given_name": "",
        "family_name": "",
        "extra": {"postcode": "b139qx"},
    },
    "postcode and house": {
        **_NAMELESS,
        **_NUMBERLESS,
        "extra": {"postcode": "b139qx", "address": "14, Mil St"},
    },
    "house": {**_NAMELESS, **_NUMBERLESS, "extra": {"address": "14, Mil St"}},
    "transfer": {
        **_NAMELESS,
        **_NUMBERLESS,
        "extra": {},
        "provenance": {FULL.ref},
    },
}


@pytest.mark.parametrize("changes", WAYS_TO_MEET.values(), ids=WAYS_TO_MEET)
def test_a_blocker_finds_whom_a_storage_would(changes: dict[str, Any]) -> None:
    """Each kind of blocking key is looked for (MATCH-3)."""
    others = [there(NOBODY, "7"), there(named("Oscar", "Wolf"), "8")]
    existing = [*others, there(FULL, "9", **changes)]
    taken = _taken([FULL], existing)
    assert _found(taken) == _searched(FULL, existing) == ({"9"}, False)


def test_a_code_of_digits_is_found_as_text_and_as_a_number() -> None:
    """A program leaves the nought at the front out, and writes one behind (MATCH-3)."""
    codes = ("02134", "02134-0001", "2134", "2134.0", "21340", "21340.0", "213", "n/a")
    existing = [there(FULL, code, extra={"postcode": code}) for code in codes]
    for own, others in (("02134", codes[:4]), ("21340.0", codes[4:6])):
        one = attrs.evolve(NOBODY, given_name="Amelia", extra={"postcode": own})
        taken = _taken([one], existing, settings=Settings(per_key_limit=4))
        searched = _searched(one, existing, Settings(per_key_limit=4))
        assert _found(taken) == searched
        assert searched[0] == set(others)
        counts = taken.blocks.frequencies().counts
        assert counts["postcode", profile(one).postcode] == len(others)


@pytest.mark.parametrize(
    "changes",
    [
        {"extra": {"postcode": "n/a", "address": "Mill Cottage"}},
        {"extra": {"postcode": "M1 1AE", "address": "200 Quay Road"}},
        {"extra": {"address": "14 Quay Road"}},
        {"extra": {"address": "200 Mill Street"}},
        {"national_id": "B912311112112", "email": "other@example.org"},
        {"national_id": "WA", "email": "none"},
        {"date_of_birth": date(2009, 11, 17)},
        {"given_name": "Omar", "family_name": "Ng"},
        {"given_name": "Unknown", "date_of_birth": date(1900, 1, 1)},
    ],
)
def test_a_blocker_keeps_nobody_else(changes: dict[str, Any]) -> None:
    """Who shares no key is counted and forgotten."""
    stranger = there(NOBODY, "8", **changes)
    taken = _taken([FULL], [stranger, there(FULL)])
    assert _found(taken) == ({"9"}, False)
    assert taken.blocks.size == 2


def test_who_has_no_name_is_not_looked_for_by_the_initials_of_others() -> None:
    """A given name that nobody who comes has is still a given name (PREV-5)."""
    nameless = named("", "Khan", date_of_birth=BORN)
    many = [
        there(named("Oscar", "Smith", date_of_birth=BORN), f"o{each}")
        for each in range(5)
    ]
    existing = [*many, there(named("Zed", "Kilo", date_of_birth=BORN), "z")]
    settings = Settings(per_key_limit=3)
    found = _found(_taken([nameless], existing, settings=settings))
    assert found == _searched(nameless, existing, settings)


@pytest.mark.parametrize(
    ("given", "others"),
    [("Muhammad Hamza", "Hamza"), ("Thi Mai", "Mai"), ("Hamza", "Mohd Syed Hamza Ali")],
)
def test_who_is_called_by_a_later_word_is_found_by_it(given: str, others: str) -> None:
    """MATCH-3: several of a family have the first word, and it is left out."""
    one = named(given, "Begum")
    existing = [there(named(others, "Begum"), "9"), there(named("Omar", "Ng"), "8")]
    found = _found(_taken([one], existing))
    assert found == _searched(one, existing) == ({"9"}, False)


ONLY = named("Suharto", extra={"date of birth": "2014"})


@pytest.mark.parametrize(
    ("changes", "is_found"),
    [
        ({"extra": {}}, False),
        ({"given_name": "Soeharto"}, True),
        ({"given_name": "", "family_name": "Suharto"}, True),
        ({"given_name": "", "preferred_name": "Suharto"}, True),
        ({"date_of_birth": date(2014, 1, 31)}, True),
        ({"extra": {"date of birth": "2015"}}, False),
        ({"family_name": "Suharto"}, True),
        ({"family_name": "Soeharto", "preferred_name": "SUHARTO"}, True),
        (
            {"given_name": "", "preferred_name": "Suharto", "family_name": "Suharto"},
            True,
        ),
        ({"family_name": "Suharto", "preferred_name": "Wijaya"}, False),
        ({"family_name": "Wijaya"}, False),
        ({"preferred_name": "Wijaya", "family_name": "Wijaya"}, False),
    ],
)
@pytest.mark.parametrize("common", [0, 3])
def test_who_has_one_name_is_found_by_it(
    changes: dict[str, Any], common: int, *, is_found: bool
) -> None:
    """MATCH-3: an only name, with the year of birth where too many have the name."""
    crowd = [there(named("Suharto"), f"c{each}") for each in range(common)]
    existing = [*crowd, there(ONLY, "9", **changes), there(named("Budi"), "8")]
    settings = Settings(per_key_limit=2)
    found = _found(_taken([ONLY], existing, settings=settings))
    assert found == _searched(ONLY, existing, settings)
    shares_the_name = common == 0 and "Wijaya" not in changes.values()
    assert found[0] == ({"9"} if is_found or shares_the_name else set())
    assert found[1] is (common > 0)


def test_who_comes_with_part_of_a_date_is_found_by_what_is_known() -> None:
    """A year and month are no whole date, and no day to be born on (MATCH-3)."""
    one = named("Amelia", "Khan", extra={"date of birth": "2014-03"})
    existing = [
        there(one, "9", date_of_birth=BORN, extra={}),
        there(one, "8", given_name="Zoë"),
        there(named("Oscar", "Wolf", date_of_birth=BORN), "7"),
        there(named("Oscar", "Wolf", date_of_birth=date(2014, 3, 1)), "6"),
    ]
    found = _found(_taken([one], existing))
    assert found == _searched(one, existing)
    assert "9" in found[0]
    assert found[0].isdisjoint({"7", "6"})


def test_a_key_that_is_too_common_is_said() -> None:
    """Of a name that more share than are looked at nobody is looked at (PREV-3)."""
    settings = Settings(per_key_limit=3)
    existing = [there(named("Amelia", "Khan"), f"{each}") for each in range(4)]
    one = named("Amelia", "Khan")
    for there_ in (existing[:3], existing):
        found = _found(_taken([one], there_, settings=settings))
        assert found == _searched(one, there_, settings)
    assert found == (set(), True)


def test_common_keys_do_not_hide_rare_ones() -> None:
    """A child of a common name is found by the date of birth (MATCH-3)."""
    settings = Settings(per_key_limit=3)
    many = [there(named("Amelia", "Khan"), f"m{each}") for each in range(9)]
    one = named("Amelia", "Khan", date_of_birth=BORN, national_id="H801200001001")
    taken = _taken([one], [*many, there(one), *many[:2]], settings=settings)
    assert _found(taken) == ({"9"}, True)


def test_who_shares_each_key_can_be_asked_for() -> None:
    """With the keys that are too common apart, to explain who is compared (PREV-6)."""
    settings = Settings(per_key_limit=3)
    one = named("Amelia", "Khan", date_of_birth=BORN)
    namesakes = [there(named("Amelia", "Khan"), f"m{each}") for each in range(4)]
    others = [there(named("Omar", "Ng", date_of_birth=BORN), f"o{n}") for n in (1, 2)]
    taken = _taken([NOBODY, one], others[:1], [*others[1:], *namesakes])
    assert taken.blocks.shared(0) == ({}, frozenset())
    taken = _taken(
        [NOBODY, one], others[:1], [*others[1:], *namesakes], settings=settings
    )
    few, common = taken.blocks.shared(1)
    by_date = search_keys(one).all & blocking_keys(others[0])
    assert few == {key: [0, 1] for key in by_date}
    assert common == search_keys(one).all & blocking_keys(namesakes[0])


def test_no_more_are_compared_than_a_host_says() -> None:
    """Who shares the rarest keys is compared first (MATCH-6)."""
    settings = Settings(candidates_compared=2)
    one = named("Amelia", "Khan", date_of_birth=BORN)
    namesakes = [there(named("Amelia", "Khan"), f"{each}") for each in range(5)]
    born = there(named("Omar", "Ng", date_of_birth=BORN), "born")
    existing = [*namesakes, born]
    found = _found(_taken([one], existing, settings=settings))
    assert found == _searched(one, existing, settings) == ({"born"}, True)
    two = _found(_taken([one], existing[3:5], settings=settings))
    assert two == _searched(one, existing[3:5], settings) == ({"3", "4"}, False)


def test_who_shares_one_faint_key_is_left_out_beside_one_who_is_much_nearer() -> None:
    """Both names and the date agree in one: of strangers none is compared (PREV-3)."""
    one = named("Amelia", "Khan", date_of_birth=BORN)
    strangers = [
        there(named(name, "Ng", date_of_birth=BORN), name) for name in ("Omar", "Zoë")
    ]
    namesake = there(named("Amelia", "Khan"), "namesake")
    existing = [*strangers, there(one, "9"), namesake]
    found = _found(_taken([NOBODY, one], existing), 1)
    assert found == _searched(one, existing) == ({"9", "namesake"}, False)
    without = _found(_taken([NOBODY, one], existing[:2]), 1)
    assert without == _searched(one, existing[:2]) == ({"Omar", "Zoë"}, False)


@pytest.mark.parametrize("given", ["Amelia", "Bill"])  # who is William, too
@pytest.mark.parametrize(
    ("count", "namesakes", "family", "is_crowd"),
    [
        (CROWD, 0, 0, False),
        (CROWD + 1, 0, 0, True),
        (CROWD + 1, 20, 0, True),
        (CROWD + 1, 0, 20, True),
        (CROWD + 1, 20, 20, False),
    ],
)
def test_who_shares_a_name_and_a_birthday_is_left_out_of_a_crowd(
    count: int, namesakes: int, family: int, given: str, *, is_crowd: bool
) -> None:
    """Who shares more stays; so do all where no key tells the other name (PREV-3)."""

    def born(year: int) -> date:
        return date(year, BORN.month, BORN.day)

    settings = Settings(per_key_limit=15)
    one = named(given, "Khan", date_of_birth=BORN, email="x@example.org")
    crowd = {
        f"c{n}": named(given, "Wolf", date_of_birth=born(1995 + n))
        for n in range(count)
    }
    mail = named(given, "Wolf", date_of_birth=born(1990), email=one.email)
    nearer = named("Zoë", "Kahn", date_of_birth=BORN)
    others = [named(given, "Khan")] * namesakes
    others += [
        named("Omar", "Khan", date_of_birth=born(1970 + n)) for n in range(family)
    ]
    people = {**crowd, "mail": mail, "nearer": nearer}
    existing = [there(each, key) for key, each in people.items()]
    existing += [there(each, f"o{n}") for n, each in enumerate(others)]
    found = _found(_taken([FULL, one], existing, settings=settings), 1)
    assert found == _searched(one, existing, settings)
    is_aside = is_crowd and given == "Amelia"  # Bill and William are two things
    assert found[0] == {"mail", "nearer"} | (set() if is_aside else {*crowd})


@pytest.mark.parametrize("at_once", [1, 2, 1000])
def test_it_does_not_count_how_many_are_read_at_once(at_once: int) -> None:
    """A stream gives the same in any chunks (PREV-5)."""
    existing = [there(FULL, "9"), there(LEAN, "8"), there(NOBODY, "7")]
    taken, whole = (
        _taken([FULL, LEAN], existing, at_once=at_once),
        _taken([FULL, LEAN], existing),
    )
    for place in (0, 1):
        assert _found(taken, place) == _found(whole, place)
    assert taken.blocks.frequencies() == whole.blocks.frequencies()


def test_parts_of_a_roster_can_be_read_apart() -> None:
    """What two blockers have kept is what one would have kept (PREV-5)."""
    settings = Settings(per_key_limit=3)
    existing = [
        *(there(named("Amelia", "Khan"), f"m{each}") for each in range(6)),
        there(FULL, "9"),
        there(attrs.evolve(FULL, preferred_name="Mimi"), "8"),
        there(NOBODY, "7"),
    ]
    incoming = [FULL, named("Amelia", "Khan")]
    whole = _taken(incoming, existing, settings=settings)
    for middle in (0, 2, 5, 8, 9):
        parts = existing[:middle], existing[middle:]
        joined = _taken(incoming, *parts, settings=settings)
        assert joined.blocks.size == whole.blocks.size
        assert joined.blocks.frequencies() == whole.blocks.frequencies()
        for place in (0, 1):
            assert _found(joined, place) == _found(whole, place)


def test_terms_are_counted_as_a_storage_counts_them() -> None:
    """How common values are is the same, however the roster is read (MATCH-5)."""
    partly = {"date_of_birth": None, "extra": {"date of birth": "2014-03"}}
    existing = [
        there(FULL, "1"),
        there(FULL, "2", given_name="AMÉLIA", family_name="patel jones"),
        there(FULL, "3", given_name="Xiu", preferred_name="Amelia"),
        there(FULL, "4", preferred_name="Amelia"),
        there(FULL, "5", middle_name="", **partly),
        there(FULL, "6", national_id="h801-200001001"),
        there(NOBODY, "7"),
    ]
    email = ("email", FULL.email)
    counts = _taken([FULL], existing).blocks.frequencies().counts
    for term in sought_terms(FULL) - {email}:
        assert counts.get(term, 0) == sum(term in terms(one) for one in existing)
    assert counts[email] == 6
    assert set(counts) <= sought_terms(FULL)


def test_what_stands_for_no_middle_name_is_not_counted_as_one() -> None:
    """Nil is a word of a given name, and elsewhere no name at all (MATCH-5)."""
    child = attrs.evolve(LEAN, given_name="Mary Nil")
    others = [
        there(LEAN, str(place), middle_name=middle)
        for place, middle in enumerate(("Nil", "nil", "XX", "Rose"))
    ]
    counts = _taken([child], others).blocks.frequencies().counts
    assert ("middle", "nil") in sought_terms(child)
    assert ("middle", "nil") not in counts


def test_two_names_that_nobody_has_together_are_not_counted_together() -> None:
    """MATCH-5: each name is counted, and both together only where somebody comes so."""
    counts = _taken([named("Ada", "Ng")], [there(named("Ada", "Ada"))])
    found = {
        term for term, count in counts.blocks.frequencies().counts.items() if count
    }
    assert found == {("given", "ada"), ("family", "ada")}


def test_names_are_counted_in_each_others_place() -> None:
    """MATCH-3, MATCH-5: exchanged names are as rare as they are in that place."""
    one = named("My", "Nguyen")
    others = [there(named("Nguyen", name), name) for name in ("My", "Van", "Tu")]
    counts = _taken([one], others).blocks.frequencies().counts
    assert {term: count for term, count in counts.items() if count} == {
        ("given", "nguyen"): 3,
        ("family", "my"): 1,
        ("full", "nguyen my"): 1,
    }


def test_a_name_to_go_by_that_is_the_given_name_is_counted_once() -> None:
    """Annemarie who goes by Anne-Marie has one name (MATCH-5)."""
    one = named("Annemarie", "Ng")
    other = there(named("Anne-Marie", "Ng", preferred_name="Annemarie"))
    counts = _taken([one], [other]).blocks.frequencies().counts
    assert counts["given", "annemarie"] == 1


def test_a_column_that_a_roster_has_not_is_blank() -> None:
    """A file need not have every column."""
    columns: list[list[str]] = [[] for _ in FIELDS]
    columns[FIELDS.index("given_name")] = ["Oscar", "Amelia"]
    columns[FIELDS.index("family_name")] = ["Wolf", "Khan"]
    sought = SoughtStudents([profile(named("Amelia", "Khan"))])
    reading: RosterBlocker[str] = backend.blocker_for(sought, DEFAULT_SETTINGS)
    reading.take(2, columns, pick_from(["8", "9"]))
    blocks = backend.roster_blocks_of(sought, [reading.blocks()], DEFAULT_SETTINGS)
    assert [*reading.rows.of(blocks.candidates(0)[0]).values()] == ["9"]
    assert blocks.frequencies().counts["given", "amelia"] == 1


def _coded(column: Sequence[str]) -> Coded:
    """Number the values of a column."""
    values = sorted(set(column))
    return Coded(values, [values.index(value) for value in column])


def test_a_column_of_numbered_values_is_read_as_one_that_is_written_out() -> None:
    """What comes of a column does not depend on how it is kept (PREV-5)."""
    existing = [
        there(FULL, "9"),
        there(FULL, "8", date_of_birth=None, national_id="h801-200001001"),
        there(FULL, "7", **_NAMELESS, **_NUMBERLESS, extra={"postcode": "b139qx"}),
        there(FULL, "6", given_name="Zuzanna", family_name="Novak", extra={}),
        there(NOBODY, "5"),
    ]
    written = list(zip(*map(values_of, existing), strict=True))
    sought = SoughtStudents([profile(FULL), profile(LEAN)])
    numbers, counts = [], []
    for columns in (written, [*map(_coded, written)]):
        reading: RosterBlocker[Student] = backend.blocker_for(sought, DEFAULT_SETTINGS)
        for _ in range(2):
            reading.take(len(existing), columns, pick_from(existing))
        blocks = backend.roster_blocks_of(sought, [reading.blocks()], DEFAULT_SETTINGS)
        numbers.append([blocks.candidates(place) for place in (0, 1)])
        counts.append(blocks.frequencies())
    assert numbers[0] == numbers[1]
    assert numbers[0][0] == ({0, 1, 3, 5, 6, 8}, False)
    assert counts[0] == counts[1]
    assert counts[0].counts["national_id", FULL.national_id] == 6


def test_a_column_of_numbered_values_is_a_sequence_of_them() -> None:
    """Who does not know how it is kept can count, take and cut its rows."""
    coded = Coded(["", "Ada"], [1, 0, 1, 1])
    assert len(coded) == 4
    assert list(coded) == ["Ada", "", "Ada", "Ada"]
    assert (coded[0], coded[-3]) == ("Ada", "")
    assert (coded[1:3], coded[4:]) == (["", "Ada"], [])


def test_a_roster_of_nobody_is_read() -> None:
    """Nobody on the site, or nobody who comes, is no error."""
    assert _found(_taken([FULL], [])) == (set(), False)
    taken = _taken([], [there(FULL)])
    assert taken.blocks.size == 1
    assert taken.blocks.frequencies().counts == {}


def test_whether_parts_have_a_number_in_common_is_found() -> None:
    """An id that is there twice is noticed; a part without any is no error."""
    assert backend.have_repeated([array("q", [3, 1]), array("q", [2, 3])])
    assert backend.have_repeated([array("q", [3, 1, 3])])
    assert not backend.have_repeated([array("q", [3, 1]), array("q", []), array("q")])


def test_identifiers_and_emails_are_found_however_they_are_written() -> None:
    """Case, blanks, hyphens and lines do not count; one among many is found."""
    one = attrs.evolve(LEAN, national_id="H801200001001", email="zoe.ng@example.org")
    sought = SoughtStudents([profile(one)])
    ids = ["h801200001001", "h801-2000-01001", "H8012 00001001", "H999", "", "É" * 9]
    found = [place for place, _, _ in sought.identified(ids)]
    assert found == [0, 1, 2]
    assert [place for place, _, _ in sought.identified([*ids, "H801\n200001001"])] == [
        0,
        1,
        2,
        6,
    ]
    sought = SoughtStudents([profile(attrs.evolve(one, national_id="283.045.671-90"))])
    ids = ["28304567190", "283.456.071-90", "283.045.671-90", "28304567190.0"]
    assert [place for place, _, _ in sought.identified(ids)] == [0, 2, 3]
    sought = SoughtStudents([profile(one)])
    emails = ["Zoe.Ng@Example.org", " zoe.ng@example.org ", "zoé@x.org", "no", ""]
    assert [place for place, _, _ in sought.addressed(emails)] == [0, 1]
    assert [place for place, _, _ in sought.addressed([*emails, "\n"])] == [0, 1]
    assert [place for place, _, _ in sought.addressed(emails[:1])] == [0]
