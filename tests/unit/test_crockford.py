"""Crockford's Base32, in which codes and reference codes are written (CODE-9)."""

import string

import pytest

from student_transfer.crockford import ALPHABET, VALUES, encode, fives


def test_the_alphabet_is_crockfords() -> None:
    """CODE-9: the digits and the letters without I, L, O and U, in order."""
    letters = [c for c in string.ascii_uppercase if c not in "ILOU"]
    assert "".join([*string.digits, *letters]) == ALPHABET


def test_either_case_is_read_and_what_looks_like_a_digit_as_the_digit() -> None:
    """CODE-9: U is no symbol, since it is none of the look-alikes."""
    read = {symbol: encode([value]) for symbol, value in VALUES.items()}
    like = {"o": "0", "i": "1", "l": "1"}
    letters = string.digits + string.ascii_letters
    assert read == {
        one: like.get(one.lower(), one.upper()) for one in letters if one not in "uU"
    }


@pytest.mark.parametrize(
    ("number", "count", "symbols"),
    [
        (0, 0, ""),
        (0, 3, "000"),
        (1, 2, "01"),
        (31, 1, "Z"),
        (32, 2, "10"),
        (32 * 32 + 7, 2, "07"),
        (2**40 - 1, 8, "ZZZZZZZZ"),
    ],
)
def test_a_number_is_written_in_as_many_symbols(
    number: int, count: int, symbols: str
) -> None:
    """CODE-9: five bits each, the highest first; bits above these are left out."""
    assert encode(fives(number, count)) == symbols
