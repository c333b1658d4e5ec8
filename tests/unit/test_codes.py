"""Transfer codes: shape, check symbol, refusals, lifetime and transitions."""

import copy
import hashlib
import pickle
import sys
import traceback
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations, product
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from student_transfer import codes
from student_transfer.codes import (
    LIFETIME,
    RANDOM_BYTES,
    TRANSITIONS,
    CodeEvent,
    CodeId,
    CodeState,
    IssuedCode,
    StudentScope,
    TransferCode,
    YearScope,
    check_entered,
    expired_before,
    in_scope,
)
from student_transfer.crockford import ALPHABET
from student_transfer.errors import (
    ClaimedCodeError,
    CodeRefusedError,
    ExpiredCodeError,
    IllegalTransitionError,
    MalformedCodeError,
    MistypedCodeError,
    RevokedCodeError,
    SameSiteCodeError,
    UnknownCodeError,
    UsedCodeError,
)
from student_transfer.ids import ImportId
from student_transfer.permissions import ActorId
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Student, StudentKey

CODE = TransferCode.generate(bytes(range(15)))
SHOWN = "000G4-0R40M-30E20-9185G-R38ED"
SYMBOLS = SHOWN.replace("-", "")
SAMPLES = [
    TransferCode.generate(randomness).reveal().replace("-", "")
    for randomness in (
        bytes(15),
        b"\xff" * 15,
        bytes(range(15)),
        bytes(range(240, 255)),
        b"\x5a\xa5" * 7 + b"\x3c",
    )
]
HERE, THERE = SiteId("here"), SiteId("there")
GENERATED = datetime(2026, 10, 1, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
ISSUED = IssuedCode(
    id=CodeId("c1"),
    digest=CODE.digest,
    site_id=HERE,
    scope=YearScope(SchoolId("oak"), "6"),
    students=(StudentKey("s1"), StudentKey("s2")),
    generated_at=GENERATED,
    generated_by=ActorId("head"),
)
DASHES = sorted(
    {c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) == "Pd"}
    | set("\u2053\u207b\u208b\u2212\u2043")
)


# The shape ---------------------------------------------------------------------------


def test_a_code_is_five_groups_of_five_symbols() -> None:
    """CODE-9: a code is shown in groups of Crockford's symbols."""
    shown = CODE.reveal()
    assert shown == SHOWN
    assert [len(group) for group in shown.split("-")] == [5] * 5
    assert set(shown) <= set(ALPHABET) | {"-"}


def test_the_symbols_carry_all_the_randomness() -> None:
    """CODE-9: the first 24 symbols are the 120 random bits and nothing else."""
    number = int.from_bytes(bytes(range(15)), "big")
    value = 0
    for symbol in SYMBOLS[:24]:
        value = value * 32 + ALPHABET.index(symbol)
    assert value == number
    assert RANDOM_BYTES * 8 == 120


@pytest.mark.parametrize("count", [0, 14, 16, 32])
def test_too_little_or_too_much_randomness_is_refused(count: int) -> None:
    """CODE-9: a code is made from exactly 120 bits."""
    with pytest.raises(ValueError, match="15 random bytes"):
        TransferCode.generate(bytes(count))


# The check symbol --------------------------------------------------------------------


@pytest.mark.parametrize("symbols", SAMPLES)
def test_every_wrong_symbol_is_caught(symbols: str) -> None:
    """CODE-9: each of the 31 wrong symbols at each of the 25 places is noticed."""
    assert TransferCode.parse(symbols).reveal().replace("-", "") == symbols
    for place, symbol in product(range(25), ALPHABET):
        if symbol != symbols[place]:
            wrong = symbols[:place] + symbol + symbols[place + 1 :]
            with pytest.raises(MistypedCodeError):
                TransferCode.parse(wrong)


def test_every_difference_at_every_place_changes_the_sum() -> None:
    """CODE-9: the sum is linear, so these 25 x 31 cases stand for every code."""
    for place, difference in product(range(25), range(1, 32)):
        values = [0] * 25
        values[place] = difference
        assert codes._checksum(values) != 0


def test_every_exchange_changes_the_sum() -> None:
    """CODE-9: by linearity the difference at any two places stands for every code.

    Exchanging two symbols adds their difference at both places.
    """
    for (first, second), difference in product(
        combinations(range(25), 2), range(1, 32)
    ):
        values = [0] * 25
        values[first] = values[second] = difference
        assert codes._checksum(values) != 0


def test_the_sum_is_linear() -> None:
    """CODE-9: the sum of two codes' symbols has the sum of their sums."""
    left = [(7 * place + 3) % 32 for place in range(25)]
    right = [(11 * place + 5) % 32 for place in range(25)]
    both = [a ^ b for a, b in zip(left, right, strict=True)]
    assert codes._checksum(both) == codes._checksum(left) ^ codes._checksum(right)


@pytest.mark.parametrize("symbols", SAMPLES)
def test_every_exchange_of_two_symbols_is_caught(symbols: str) -> None:
    """CODE-9: all 300 exchanges of two places are noticed where symbols differ."""
    for first, second in combinations(range(25), 2):
        swapped = list(symbols)
        swapped[first], swapped[second] = symbols[second], symbols[first]
        if symbols[first] != symbols[second]:
            with pytest.raises(MistypedCodeError):
                TransferCode.parse("".join(swapped))


# What is forgiven --------------------------------------------------------------------


@pytest.mark.parametrize("dash", DASHES, ids=lambda dash: f"U+{ord(dash):04X}")
def test_every_dash_is_forgiven(dash: str) -> None:
    """CODE-9: mail programs turn hyphens into any dash of Unicode."""
    assert TransferCode.parse(SHOWN.replace("-", dash)) == CODE


@pytest.mark.parametrize(
    "nothing",
    [
        " ",
        "\t",
        "\n",
        "\r\n",
        "\0",
        "\x85",
        "\u00a0",  # no-break space
        "\u00ad",  # soft hyphen
        "\u034f",  # combining grapheme joiner
        "\u115f",  # Hangul filler
        "\u17b4",  # Khmer inherent vowel
        "\u180b",  # Mongolian variation selector
        "\u180e",  # Mongolian vowel separator
        "\u2009",  # thin space
        "\u200b",  # zero width space
        "\u200d",  # zero width joiner
        "\u200f",  # right-to-left mark
        "\u2028",  # line separator
        "\u2029",  # paragraph separator
        "\u202e",  # right-to-left override
        "\u2060",  # word joiner
        "\u2800",  # blank of Braille
        "\u3000",  # ideographic space
        "\u3164",  # Hangul filler
        "\ufe00",  # the first variation selector
        "\ufe0f",  # the last of these
        "\ufeff",  # byte order mark
        "\uffa0",  # halfwidth Hangul filler
        "\U000e0100",  # variation selector
        "\U000e0020",  # tag
    ],
    ids=lambda text: "+".join(f"U+{ord(c):04X}" for c in text),
)
def test_what_cannot_be_seen_is_forgiven(nothing: str) -> None:
    """CODE-9: blanks, line breaks and invisible characters mean nothing anywhere."""
    assert TransferCode.parse(nothing + nothing.join(SYMBOLS) + nothing) == CODE


def test_case_is_forgiven() -> None:
    """CODE-9: small letters read as capital ones."""
    assert TransferCode.parse(SHOWN.lower()) == CODE


@pytest.mark.parametrize(
    ("written", "meant"), [*product("oO", "0"), *product("iIlL", "1")]
)
def test_letters_that_look_like_digits_are_forgiven(written: str, meant: str) -> None:
    """CODE-9: O reads as 0, I and L as 1, in either case."""
    symbols = next(s for s in SAMPLES if meant in s)
    assert TransferCode.parse(symbols.replace(meant, written)) == TransferCode.parse(
        symbols
    )


@pytest.mark.parametrize(
    "entered",
    [
        "",
        "   ",
        "-----",
        SYMBOLS[:-1],
        SYMBOLS + "0",
        SYMBOLS * 2,
        SHOWN.replace("G", "U"),
        SHOWN + ".",
        f"code: {SHOWN}",
        SHOWN.replace("0", "\u0660"),  # an Arabic digit
        SHOWN.replace("E", "\u00c9"),
        SHOWN.replace("0", "\uff10"),
        SHOWN + "\u0301",
        SHOWN + "\ud800",
        SHOWN.ljust(1001),
        "0" * 1_000_000,
    ],
    ids=range(16),
)
def test_what_is_no_code_is_malformed(entered: str) -> None:
    """CODE-9: anything but 25 symbols and what is forgiven is no code."""
    with pytest.raises(MalformedCodeError):
        TransferCode.parse(entered)


def test_a_code_may_stand_in_a_thousand_characters() -> None:
    """CODE-9: what surrounds a code is forgiven up to a length that nobody pastes."""
    assert TransferCode.parse(SHOWN.ljust(1000)) == CODE


# The code is shown once --------------------------------------------------------------


def test_only_the_digest_is_kept() -> None:
    """CODE-10: what is stored is the SHA-256 of the symbols, the same each time."""
    expected = hashlib.sha256(SYMBOLS.encode()).hexdigest()
    assert CODE.digest == expected
    assert TransferCode.parse(SHOWN.lower()).digest == expected
    assert SYMBOLS not in str(attrs.asdict(ISSUED))


@pytest.mark.parametrize(
    "text",
    [
        repr(CODE),
        str(CODE),
        f"{CODE}",
        f"{CODE!r:>30}",
        f"{CODE!a}",
        "%s %r" % (CODE, CODE),  # noqa: UP031 - logging formats in this way
        str([CODE]),
        repr(ISSUED),
        str(attrs.evolve(ISSUED, scope=StudentScope(SchoolId("oak"), StudentKey("s")))),
    ],
)
def test_no_text_of_a_code_shows_it(text: str) -> None:
    """CODE-10: neither the code nor its digest is in any repr or format."""
    assert not any(group in text for group in SHOWN.split("-"))
    assert CODE.digest not in text


def test_no_text_of_a_code_lists_its_students() -> None:
    """CODE-3: a year of keys is nothing for a log line."""
    many = attrs.evolve(ISSUED, students=(StudentKey("key-of-a-child"),))
    assert "key-of-a-child" not in repr(many)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_code_is_not_pickled(protocol: int) -> None:
    """CODE-10: no cache or queue can keep a code in clear."""
    with pytest.raises(
        TypeError, match=r"^a transfer code .* keep its digest$"
    ) as raised:
        pickle.dumps(CODE, protocol)
    assert SYMBOLS not in str(raised.value)


def test_a_code_is_not_copied() -> None:
    """CODE-10: a code is not multiplied either."""
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        copy.copy(CODE)
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        copy.deepcopy({"code": CODE})


@pytest.mark.parametrize(
    "entered", [SHOWN[:-1] + "0", SHOWN + "9", SHOWN + "!"], ids=range(3)
)
def test_no_refusal_shows_what_was_entered(entered: str) -> None:
    """CODE-10: the error of a mistyped code does not repeat it."""
    with pytest.raises(CodeRefusedError) as raised:
        TransferCode.parse(entered)
    shown = "".join(traceback.format_exception(raised.value))
    for group in SHOWN.split("-"):
        assert group not in f"{raised.value} {raised.value!r} {shown}"


def test_codes_are_equal_by_their_symbols() -> None:
    """CODE-9: two codes are one if their symbols are, and no text equals a code."""
    other = TransferCode.generate(bytes(15))
    assert {CODE, TransferCode.parse(SHOWN), other} == {CODE, other}
    assert CODE != SHOWN


# Entering a code: the order of CODE-11 -----------------------------------------------

LATE = GENERATED + LIFETIME + MICROSECOND


def test_an_available_code_is_accepted() -> None:
    """CODE-11: a code that nothing speaks against is given back."""
    assert check_entered(ISSUED, entered_on=THERE, now=GENERATED) is ISSUED


def test_an_unknown_code_is_refused() -> None:
    """CODE-11: a digest that nobody has is an unknown code."""
    with pytest.raises(UnknownCodeError):
        check_entered(None, entered_on=THERE, now=GENERATED)


@pytest.mark.parametrize(
    ("state", "same_site", "late", "expected"),
    [
        (CodeState.AVAILABLE, False, True, ExpiredCodeError),
        (CodeState.AVAILABLE, True, False, SameSiteCodeError),
        (CodeState.AVAILABLE, True, True, SameSiteCodeError),
        (CodeState.CLAIMED, False, False, ClaimedCodeError),
        (CodeState.CLAIMED, False, True, ClaimedCodeError),
        (CodeState.CLAIMED, True, False, SameSiteCodeError),
        (CodeState.CLAIMED, True, True, SameSiteCodeError),
        (CodeState.USED, False, False, UsedCodeError),
        (CodeState.USED, False, True, UsedCodeError),
        (CodeState.USED, True, False, SameSiteCodeError),
        (CodeState.USED, True, True, SameSiteCodeError),
        (CodeState.REVOKED, False, False, RevokedCodeError),
        (CodeState.REVOKED, False, True, RevokedCodeError),
        (CodeState.REVOKED, True, False, RevokedCodeError),
        (CodeState.REVOKED, True, True, RevokedCodeError),
    ],
)
def test_the_first_reason_in_the_order_is_given(
    state: CodeState,
    same_site: bool,
    late: bool,
    expected: type[CodeRefusedError],
) -> None:
    """CODE-11: of several reasons against a code the earlier one is told."""
    code = attrs.evolve(ISSUED, state=state)
    with pytest.raises(CodeRefusedError) as raised:
        check_entered(
            code,
            entered_on=HERE if same_site else THERE,
            now=LATE if late else GENERATED,
        )
    assert type(raised.value) is expected


def test_the_shape_is_looked_at_before_the_check_symbol() -> None:
    """CODE-11: malformed comes before mistyped."""
    wrong = SYMBOLS[:-1] + "0"
    with pytest.raises(MistypedCodeError):
        TransferCode.parse(wrong)
    with pytest.raises(MalformedCodeError):
        TransferCode.parse(wrong + "!")


def test_every_refusal_has_its_own_error_and_advice() -> None:
    """CODE-11: no two refusals say the same."""
    refusals = [error() for error in CodeRefusedError.__subclasses__()]
    assert len(refusals) == 8
    assert len({refusal.message for refusal in refusals}) == 8
    # Revoked and expired both advise to ask for a new code.
    assert len({refusal.advice for refusal in refusals}) == 7


# Thirty days -------------------------------------------------------------------------

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour
ZONES = [
    UTC,
    LONDON,
    NEW_YORK,
    LORD_HOWE,
    timezone(timedelta(hours=14)),
    timezone(timedelta(hours=-12)),
]


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("clock", ZONES, ids=str)
@pytest.mark.parametrize(
    "generated",
    [
        GENERATED,  # Europe's and America's clocks go back within the 30 days
        datetime(2026, 3, 1, 2, 30, tzinfo=UTC),  # and forward
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # an hour that comes twice
        datetime(2028, 2, 10, tzinfo=UTC),  # a leap day
    ],
    ids=str,
)
def test_thirty_days_to_the_microsecond(
    zone: timezone | ZoneInfo, clock: timezone | ZoneInfo, generated: datetime
) -> None:
    """CODE-5: exactly 30 days still works, a microsecond later does not, anywhere."""
    code = attrs.evolve(ISSUED, generated_at=generated.astimezone(zone))
    last = (generated + timedelta(hours=30 * 24)).astimezone(clock)
    late = (generated + timedelta(hours=30 * 24) + MICROSECOND).astimezone(clock)
    assert code.expires_at.astimezone(UTC) == last.astimezone(UTC)
    assert not code.expired(last)
    assert code.expired(late)
    assert check_entered(code, entered_on=THERE, now=last) is code
    with pytest.raises(ExpiredCodeError):
        check_entered(code, entered_on=THERE, now=late)


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 7, 1, tzinfo=UTC),
        datetime(1, 1, 9, tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_what_was_generated_before_has_expired(now: datetime) -> None:
    """CODE-5: so a storage can find the codes that have, wherever the clock stands."""
    before = expired_before(now)
    assert not attrs.evolve(ISSUED, generated_at=before).expired(now)
    first = datetime.min.replace(tzinfo=UTC)
    assert before == first or attrs.evolve(
        ISSUED, generated_at=before - timedelta.resolution
    ).expired(now)


def test_a_clock_that_is_behind_does_not_expire_a_code() -> None:
    """CODE-5: a code that seems to come from the future is not too old."""
    assert not ISSUED.expired(GENERATED - timedelta(days=400))


# The life of a code ------------------------------------------------------------------

PARTICIPLES = {
    CodeEvent.CLAIM: "claimed",
    CodeEvent.USE: "used",
    CodeEvent.RELEASE: "released",
    CodeEvent.REVOKE: "revoked",
}
I1, I2 = ImportId("i1"), ImportId("i2")
HELD = {CodeState.CLAIMED: I1, CodeState.USED: I1}
EXPECTED = {
    (CodeState.AVAILABLE, CodeEvent.CLAIM): (CodeState.CLAIMED, "i2"),
    (CodeState.AVAILABLE, CodeEvent.REVOKE): (CodeState.REVOKED, None),
    (CodeState.CLAIMED, CodeEvent.USE): (CodeState.USED, "i1"),
    (CodeState.CLAIMED, CodeEvent.RELEASE): (CodeState.AVAILABLE, None),
    (CodeState.CLAIMED, CodeEvent.REVOKE): (CodeState.REVOKED, "i1"),
}


@pytest.mark.parametrize(
    ("state", "event"), list(product(CodeState, CodeEvent)), ids=lambda part: part.value
)
def test_every_event_in_every_state(state: CodeState, event: CodeEvent) -> None:
    """CODE-4, CODE-7, CODE-8: each pair leads on as stated, or is refused."""
    code = attrs.evolve(ISSUED, state=state, holder=HELD.get(state))
    before = attrs.asdict(code)
    holder = I2 if event is CodeEvent.CLAIM else None
    expected = EXPECTED.get((state, event))
    assert code.allows(event) is (expected is not None)
    if expected is None:
        with pytest.raises(IllegalTransitionError):
            code.check(event)
        done = PARTICIPLES[event]
        more = "already" if done == state.value else f"and cannot be {done}"
        with pytest.raises(IllegalTransitionError) as no:
            code.after(event, holder)
        assert no.value.message == f"This transfer code is {state.value} {more}."
    else:
        code.check(event)
        after = code.after(event, holder)
        assert (after.state, after.holder) == expected
        assert attrs.evolve(after, state=code.state, holder=code.holder) == code
    assert attrs.asdict(code) == before


def test_the_table_is_what_is_tested() -> None:
    """CODE-4: the table has the five transitions of the rules and no other."""
    assert {pair: state for pair, (state, _) in EXPECTED.items()} == TRANSITIONS


@pytest.mark.parametrize("state", CodeState)
def test_a_code_is_claimed_once(state: CodeState) -> None:
    """CODE-7: only an available code can be claimed, so the second one loses."""
    code = attrs.evolve(ISSUED, state=state)
    if state is CodeState.AVAILABLE:
        code = code.after(CodeEvent.CLAIM, I1)
    with pytest.raises(IllegalTransitionError) as raised:
        code.after(CodeEvent.CLAIM, I2)
    assert raised.value.rule == "CODE-4"


def test_a_released_code_can_be_entered_again() -> None:
    """CODE-4: after a cancel the same code is free for another import."""
    again = ISSUED.after(CodeEvent.CLAIM, I1).after(CodeEvent.RELEASE)
    assert again == ISSUED
    assert again.after(CodeEvent.CLAIM, I2).holder == I2


def test_a_code_released_late_is_expired() -> None:
    """CODE-5: releasing gives no more time."""
    again = ISSUED.after(CodeEvent.CLAIM, I1).after(CodeEvent.RELEASE)
    with pytest.raises(ExpiredCodeError):
        check_entered(again, entered_on=THERE, now=LATE)


def test_a_used_code_cannot_be_revoked() -> None:
    """CODE-8: revoking is for codes that are not used, and the error says so."""
    used = ISSUED.after(CodeEvent.CLAIM, I1).after(CodeEvent.USE)
    with pytest.raises(
        IllegalTransitionError, match="is used and cannot be revoked"
    ) as raised:
        used.after(CodeEvent.REVOKE)
    assert raised.value.rule == "CODE-8"
    assert raised.value.advice == "Look at the list of transfer codes."


SEEN = (Student(key=StudentKey("s1"), site_id=HERE, given_name="Maya"),)
ENDS = [(CodeEvent.CLAIM, CodeEvent.USE), (CodeEvent.REVOKE,)]


def _after(code: IssuedCode, events: tuple[CodeEvent, ...]) -> IssuedCode:
    for event in events:
        code = code.after(event, I1)
    return code


@pytest.mark.parametrize("events", ENDS)
def test_a_year_is_forgotten_by_a_spent_code(events: tuple[CodeEvent, ...]) -> None:
    """CODE-3: nothing asks any more whom a used or revoked code was for."""
    ended = _after(attrs.evolve(ISSUED, seen=SEEN), events)
    assert (ended.seen, ended.students) == ((), ISSUED.students)


@pytest.mark.parametrize("events", [(), (CodeEvent.CLAIM,), *ENDS])
def test_whom_a_code_still_needs_is_kept(events: tuple[CodeEvent, ...]) -> None:
    """CODE-3, CODE-8: an open code knows its children; a list names the one of one."""
    scope = StudentScope(SchoolId("oak"), StudentKey("s1"))
    one = attrs.evolve(ISSUED, seen=SEEN, scope=scope)
    assert _after(one, events).seen == SEEN
    claimed = _after(attrs.evolve(ISSUED, seen=SEEN), (CodeEvent.CLAIM,))
    assert claimed.seen == claimed.after(CodeEvent.RELEASE).seen == SEEN


def test_a_year_is_forgotten_once_its_code_has_expired_unused() -> None:
    """CODE-3, CODE-5: to the microsecond; what an import holds does not expire."""
    last = ISSUED.expires_at
    after = last + timedelta(microseconds=1)
    free = attrs.evolve(ISSUED, seen=SEEN)
    claimed = free.after(CodeEvent.CLAIM, I1)
    assert free.kept_at(last) == free
    assert (free.lapsed(last), free.lapsed(after)) == (False, True)
    assert free.kept_at(after) == attrs.evolve(free, seen=())
    assert claimed.kept_at(after) == claimed
    one = attrs.evolve(free, scope=StudentScope(SchoolId("oak"), StudentKey("s1")))
    assert one.kept_at(after) == one


def test_a_code_is_revoked_once() -> None:
    """CODE-8: whoever revokes it again is told that it is so already."""
    revoked = ISSUED.after(CodeEvent.REVOKE)
    with pytest.raises(IllegalTransitionError, match="is revoked already"):
        revoked.after(CodeEvent.REVOKE)


@pytest.mark.parametrize(
    ("year", "label"),
    [("6", "Year 6"), ("Year 6", "Year 6"), ("Reception", "Reception"), ("", "")],
)
def test_a_year_is_called_as_people_do(year: str, label: str) -> None:
    """DONE-1: a year that is only a number is shown as a year."""
    assert YearScope(SchoolId("oak"), year).label == label


@pytest.mark.parametrize(
    "entered", [None, 123, b"ZSFNZ", TransferCode.generate(bytes(15))]
)
def test_what_is_no_text_is_no_mistyped_code(entered: Any) -> None:
    """CODE-9: whoever programs is told so, and not to look at an email again."""
    with pytest.raises(TypeError, match="entered has to be a text, and is") as refused:
        TransferCode.parse(entered)
    assert "ZSFNZ" not in str(refused.value)


@pytest.mark.parametrize("make", [YearScope, StudentScope])
def test_a_scope_is_made_of_texts(make: Any) -> None:
    """CODE-1: a year is what the site writes, such as ``6``."""
    with pytest.raises(TypeError, match="must be"):
        make("elm", 6)


def test_a_code_of_no_known_instant_has_no_end() -> None:
    """CODE-5: a time without zone is nowhere taken for the machine's own."""
    code = attrs.evolve(ISSUED, generated_at=datetime(2026, 7, 1, 12))  # noqa: DTZ001 - that it is naive is the test
    with pytest.raises(ValueError, match="aware"):
        _ = code.expires_at


def test_a_student_whom_a_host_lists_twice_is_in_the_code_once() -> None:
    """CODE-2: a roster may be a join that gives a row for each class."""
    twice = [Student(key=StudentKey("1"), site_id=SiteId("old"), year="6")] * 2
    assert in_scope(twice, YearScope(SchoolId("elm"), "6")) == ("1",)
    assert in_scope(twice, StudentScope(SchoolId("elm"), StudentKey("1"))) == ("1",)


def test_of_a_year_those_are_in_scope_who_are_in_it_however_written() -> None:
    """CODE-1, CODE-2: by key; a blank is no year."""
    years = {"3": "Year 6", "1": "6", "2": "5", "4": ""}
    enrolled = [
        Student(key=StudentKey(key), site_id=SiteId("old"), year=year)
        for key, year in years.items()
    ]
    school = SchoolId("elm")
    assert in_scope(enrolled, YearScope(school, "06")) == ("1", "3")
    assert in_scope(enrolled, YearScope(school, "")) == ()
    assert in_scope(enrolled, StudentScope(school, StudentKey("4"))) == ("4",)
    assert in_scope(enrolled, StudentScope(school, StudentKey("5"))) == ()
