"""Crockford's Base32: symbols of five bits each, made to be read out and typed in."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The symbols in order of their values: no I, L, O and U."""

VALUES: Mapping[str, int] = MappingProxyType(
    {symbol: value for value, symbol in enumerate(ALPHABET)}
    | {symbol.lower(): value for value, symbol in enumerate(ALPHABET)}
    | dict.fromkeys("oO", 0)
    | dict.fromkeys("iIlL", 1)
)
"""What is read as which value: either case; O as 0, I and L as 1."""


def fives(number: int, count: int) -> list[int]:
    """Return the lowest bits of a number, in groups of five: ``count`` of these.

    The highest come first.

    >>> fives(0b10000_00001, 2)
    [16, 1]
    """
    return [number >> 5 * place & 31 for place in reversed(range(count))]


def encode(values: Iterable[int]) -> str:
    """Return the symbols of values from 0 to 31.

    >>> encode([16, 1, 31])
    'G1Z'
    """
    return "".join(ALPHABET[value] for value in values)
