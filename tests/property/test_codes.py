"""Properties of transfer codes (CODE-9, CODE-10)."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from student_transfer.codes import TransferCode
from student_transfer.crockford import ALPHABET
from student_transfer.errors import CodeRefusedError, MistypedCodeError
from student_transfer.testing.strategies import codes

PLACES = st.integers(0, 24)
LOOKALIKES = {"0": "0oO", "1": "1iIlL"}
BETWEEN = st.text(
    " \t\r\n-\u2010\u2013\u2014\u2212\u00a0\u00ad\u200b\ufeff", max_size=3
)


def symbols_of(code: TransferCode) -> str:
    """Return the 25 symbols without dashes."""
    return code.reveal().replace("-", "")


@given(codes)
def test_what_is_shown_is_read_back(code: TransferCode) -> None:
    """CODE-9: every code can be entered as it is shown."""
    assert TransferCode.parse(code.reveal()) == code


@given(codes, st.data())
def test_any_way_to_write_a_code_is_read(
    code: TransferCode, data: st.DataObject
) -> None:
    """CODE-9: case, look-alikes and what stands between the symbols do not count."""
    written = ""
    for symbol in symbols_of(code):
        ways = LOOKALIKES.get(symbol, symbol + symbol.lower())
        written += data.draw(BETWEEN) + data.draw(st.sampled_from(ways))
    read = TransferCode.parse(written)
    assert read == code
    assert read.digest == code.digest


@given(codes, PLACES, st.sampled_from(ALPHABET))
def test_a_wrong_symbol_is_caught(code: TransferCode, place: int, symbol: str) -> None:
    """CODE-9: no code differs from another in one symbol."""
    symbols = symbols_of(code)
    assume(symbols[place] != symbol)
    with pytest.raises(MistypedCodeError):
        TransferCode.parse(symbols[:place] + symbol + symbols[place + 1 :])


@given(codes, PLACES, PLACES)
def test_an_exchange_is_caught(code: TransferCode, first: int, second: int) -> None:
    """CODE-9: no code becomes another by exchanging two symbols, near or far."""
    symbols = list(symbols_of(code))
    assume(symbols[first] != symbols[second])
    symbols[first], symbols[second] = symbols[second], symbols[first]
    with pytest.raises(MistypedCodeError):
        TransferCode.parse("".join(symbols))


@given(st.text(max_size=60) | st.text(ALPHABET + "ilou-", max_size=30))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    """CODE-11: whatever is entered, the answer is a code or a refusal."""
    try:
        code = TransferCode.parse(text)
    except CodeRefusedError as refusal:
        assert refusal.advice  # noqa: PT017 - both outcomes are right
    else:
        assert TransferCode.parse(code.reveal()) == code


@given(codes, codes)
def test_codes_and_digests_are_equal_together(
    left: TransferCode, right: TransferCode
) -> None:
    """CODE-10: a digest stands for exactly one code."""
    assert (left == right) == (left.digest == right.digest)
    assert (left == right) == (left.reveal() == right.reveal())


@given(codes)
def test_no_text_shows_the_code(code: TransferCode) -> None:
    """CODE-10: the text of a code is the same for every code."""
    assert repr(code) == str(code) == f"{code}" == "<TransferCode *****>"
