"""Whatever is entered as a transfer code gets a clear answer and is never repeated."""

import string

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from student_transfer.codes import TransferCode
from student_transfer.crockford import ALPHABET
from student_transfer.errors import (
    CodeRefusedError,
    MalformedCodeError,
    MistypedCodeError,
    StudentTransferError,
    UnknownCodeError,
)
from student_transfer.testing.strategies import codes
from tests.hostile.marks import CATEGORIES, check_silent
from tests.services.conftest import NEW_HEAD, OAK, TwoSites

ANYTHING = st.text(st.characters(), max_size=80)
NEARLY = st.text(ALPHABET + ALPHABET.lower() + "ilouILOU- \u2013\u200b", max_size=40)
KINDS = {MalformedCodeError, MistypedCodeError}
PER_TEST = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def answer(entered: str) -> TransferCode | CodeRefusedError:
    """Read what was entered; a refusal is an answer."""
    try:
        return TransferCode.parse(entered)
    except CodeRefusedError as refusal:
        return refusal


@given(ANYTHING | NEARLY)
@example("\0" * 25)
@example("\ud800" * 25)
@example("\u0660" * 25)
@example("\U0001d7d8" * 25)
def test_any_text_is_read_or_refused_in_constant_words(entered: str) -> None:
    """CODE-10, CODE-11: a refusal is word for word the same whatever was entered."""
    found = answer(entered)
    if isinstance(found, CodeRefusedError):
        assert type(found) in KINDS
        assert str(found) == str(type(found)())
        assert vars(found) == vars(type(found)())
    else:
        assert set(found.reveal()) <= set(ALPHABET + "-")
        assert set(found.digest) <= set(string.hexdigits)


@given(codes, st.integers(0, 28), st.sampled_from(sorted(CATEGORIES.values())))
@settings(max_examples=200)
def test_a_character_of_any_category_is_forgiven_or_refused(
    code: TransferCode, place: int, character: str
) -> None:
    """CODE-9: put anywhere into a code, it is passed over or the entry is refused."""
    shown = code.reveal()
    found = answer(shown[:place] + character + shown[place:])
    if isinstance(found, CodeRefusedError):
        assert str(found) == str(type(found)())
        check_silent([found], [shown, shown.replace("-", "")])
    else:
        assert found == code


@pytest.mark.parametrize("category", ["Pd", "Zs", "Zl", "Zp", "Cc", "Cf"])
def test_what_cannot_be_seen_is_forgiven(category: str) -> None:
    """CODE-9: dashes, blanks, controls and marks of direction do not count."""
    code = TransferCode.generate(bytes(range(15)))
    assert TransferCode.parse(CATEGORIES[category].join(code.reveal())) == code


@pytest.mark.parametrize("category", ["Cs", "Co", "Cn", "Mn", "Nd", "Lo", "So", "Sc"])
def test_what_means_something_is_refused(category: str) -> None:
    """CODE-9: no foreign letter, digit or half a character counts as a symbol."""
    shown = TransferCode.generate(bytes(range(15))).reveal()
    with pytest.raises(MalformedCodeError):
        TransferCode.parse(shown + CATEGORIES[category])


@pytest.mark.parametrize("filling", ["0", "-", " ", "\0", "\u0301", "\ud800", "A-"])
def test_a_huge_entry_is_refused_unread(filling: str) -> None:
    """CODE-11: millions of characters are no code, whatever they are."""
    with pytest.raises(MalformedCodeError):
        TransferCode.parse(filling * 10_000_000)


@given(ANYTHING | NEARLY | codes.map(TransferCode.reveal))
@settings(PER_TEST, max_examples=40)
def test_the_service_refuses_whatever_is_unknown(sites: TwoSites, entered: str) -> None:
    """CODE-11, IMP-3: nothing but a refusal comes back, and no import is started."""
    for ask in (
        lambda: sites.service.look_up(NEW_HEAD, entered),
        lambda: sites.service.start_import(NEW_HEAD, entered, OAK),
    ):
        with pytest.raises(CodeRefusedError) as refusal:
            ask()
        assert type(refusal.value) in {*KINDS, UnknownCodeError}
    assert sites.service.pending_imports(NEW_HEAD) == ()


def test_no_step_of_a_codes_life_repeats_it(
    sites: TwoSites, silent: list[StudentTransferError]
) -> None:
    """CODE-10: every refusal on the way is heard, and none has the code."""
    sites.add_old("1", given_name="A", year="6")
    code = sites.code()
    import_id = sites.ready(code)
    mistyped = ("1" if code[0] != "1" else "2") + code[1:]
    for entered in (code, mistyped, code[:-1], code + code):
        with pytest.raises(CodeRefusedError):
            sites.service.look_up(NEW_HEAD, entered)
    sites.service.confirm(NEW_HEAD, import_id)
    with pytest.raises(CodeRefusedError):
        sites.service.look_up(NEW_HEAD, code)
    late = sites.code()
    sites.clock.advance(days=31)
    with pytest.raises(CodeRefusedError):
        sites.service.start_import(NEW_HEAD, late, OAK)
    heard = {type(error).__name__ for error in silent}
    assert heard == {
        "ClaimedCodeError",
        "MistypedCodeError",
        "MalformedCodeError",
        "UsedCodeError",
        "ExpiredCodeError",
    }
