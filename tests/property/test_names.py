"""Properties of the normal forms of names."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from student_transfer.names import (
    name_words,
    normal_words,
    same_year,
    skeleton,
    sound,
    spelling,
)
from student_transfer.testing import strategies

any_text = strategies.names | st.text(max_size=30)
ascii_names = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)


@given(any_text)
def test_the_normal_form_is_its_own_normal_form(text: str) -> None:
    """Normalising twice equals normalising once (MATCH-3)."""
    words = normal_words(text)
    assert normal_words(" ".join(words)) == words


@given(any_text)
def test_normal_words_are_lower_case_ascii(text: str) -> None:
    """Whatever the script, a normal word has ASCII letters and digits alone."""
    for word in normal_words(text):
        assert word.isascii()
        assert word.isalnum()
        assert word == word.lower()


@given(any_text)
def test_the_way_letters_are_composed_does_not_count(text: str) -> None:
    """Composed and decomposed accents are one name (MATCH-3)."""
    composed = unicodedata.normalize("NFC", text)
    assert normal_words(composed) == normal_words(unicodedata.normalize("NFD", text))


@given(ascii_names, st.sampled_from(["'", "\u2019", "`", "\u02bc"]), st.integers(0, 12))
def test_an_apostrophe_anywhere_does_not_count(
    name: str, apostrophe: str, place: int
) -> None:
    """O'Brien is OBrien, with any apostrophe (MATCH-3)."""
    written = name[:place] + apostrophe + name[place:]
    assert normal_words(written) == normal_words(name)


@given(any_text)
def test_telling_words_are_among_the_normal_words(text: str) -> None:
    """Leaving particles out invents nothing and keeps at least one word."""
    words = normal_words(text)
    telling = name_words(text)
    assert set(telling) <= set(words)
    assert "".join(name_words(" ".join(telling))) == "".join(telling)


@given(ascii_names)
def test_keys_of_words_are_never_blank(word: str) -> None:
    """Every word can be found, and a spelling stands for itself (MATCH-3)."""
    assert skeleton(word)
    assert spelling(spelling(word)) == spelling(word)
    assert isinstance(sound(word), str)


@given(any_text, any_text)
def test_being_of_one_year_works_both_ways(left: str, right: str) -> None:
    """The order in which years are compared does not count."""
    assert same_year(left, right) is same_year(right, left)
