"""Properties of the normal forms of names and of how they are related."""

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from student_transfer.names import (
    are_two_names,
    family_forms,
    full_names,
    is_short_form,
    kin,
    listed_full_names,
    name_words,
    normal_words,
    same_year,
    share_full_name,
    skeleton,
    sound,
    spelling,
    usual_share,
)
from student_transfer.names.lexicon import data_lines, lexicon
from student_transfer.names.normal import plain_word, plain_word_of_each, plain_words
from student_transfer.names.relations import search_spellings
from student_transfer.names.sounds import skeletons, sounds
from student_transfer.testing import strategies

any_text = strategies.names | st.text(max_size=30)
ascii_names = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
_WORDS = sorted(
    {
        *lexicon().known,
        *lexicon().spellings,
        *lexicon().full_names,
        *lexicon().family_groups,
    }
)
_ENDINGS = ["ska", "ski", "skyi", "ova", "eva", "ou", "aite", "a", "h", "z"]
ruled_words = st.builds(
    "{}{}{}".format,
    st.sampled_from(["abdul", "abdi", "abdur", "mac", "mc", "al", "o", ""]),
    st.sampled_from(_WORDS) | ascii_names,
    st.sampled_from(["", *_ENDINGS]),
)
words = st.sampled_from(_WORDS) | ascii_names | ruled_words
placeholders = st.sampled_from(sorted(lexicon().placeholders))


def share_a_form(left: str, right: str) -> bool:
    """Tell whether two words may be one family name."""
    return not family_forms(left).isdisjoint(family_forms(right))


Relation = Callable[[str, str], bool]
relations: list[Relation] = [
    are_two_names,
    is_short_form,
    share_a_form,
    share_full_name,
]


@given(any_text)
def test_the_normal_form_is_its_own_normal_form(text: str) -> None:
    """Normalising twice equals normalising once (MATCH-3)."""
    found = normal_words(text)
    assert normal_words(" ".join(found)) == found


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


_PARTS = [
    "Mr",
    "Miss",
    "de",
    "van",
    "St",
    "Saint",
    "Mc",
    "O",
    "Abdul",
    "al",
    "ur",
    "Jr",
    "Baby",
    "Girl",
    "Infant",
    "of",
    "Unknown",
    "#NAME?",
]
parts_of_names = st.lists(
    st.sampled_from(_PARTS) | st.sampled_from(_WORDS), max_size=5
).map(" ".join)


@given(any_text | parts_of_names)
def test_telling_words_hold_no_letter_that_was_not_there(text: str) -> None:
    """Leaving words out and joining them invents nothing (MATCH-3)."""
    letters = iter(re.sub("abd[ae]l", "abdul", "".join(normal_words(text))))
    for letter in re.sub("abd[ae]l", "abdul", "".join(name_words(text))):
        assert letter in letters


@given(any_text | parts_of_names)
def test_telling_words_are_their_own_telling_words(text: str) -> None:
    """Reading a name twice equals reading it once (MATCH-3)."""
    telling = name_words(text)
    assert "".join(name_words(" ".join(telling))) == "".join(telling)


@given(st.lists(any_text | words | placeholders, max_size=9))
def test_many_names_are_read_as_each_is(texts: list[str]) -> None:
    """Reading many at a time gives the same words and spellings (PREV-5)."""
    alone = {text: word for text in texts if (word := plain_word(text))}
    assert plain_word_of_each(texts) == alone
    known = [*alone.values()]
    assert search_spellings(known) == [search_spellings([word])[0] for word in known]


@given(any_text | parts_of_names | st.lists(words, max_size=3).map("-".join))
def test_plain_words_are_read_as_they_stand(text: str) -> None:
    """Names of plain words are read at a glance, to the same words (MATCH-3)."""
    plain = plain_words(text)
    if plain:
        assert plain == name_words(text) == normal_words(text)


@given(words)
def test_keys_of_words_are_never_blank(word: str) -> None:
    """Every word can be found, and a spelling stands for itself (MATCH-3)."""
    assert skeleton(word)
    assert spelling(spelling(word)) == spelling(word)
    assert isinstance(sound(word), str)


@given(words)
def test_a_spelling_is_found_and_related_as_the_word_is(word: str) -> None:
    """What is one name has one skeleton and may be one family name (MATCH-3)."""
    assert skeleton(word) == skeleton(spelling(word))
    assert share_a_form(word, spelling(word))
    assert share_a_form(word, word)


@pytest.mark.parametrize("relation", relations)
@given(left=words, right=words)
def test_relations_work_both_ways(relation: Relation, left: str, right: str) -> None:
    """Which of two records came in does not count."""
    assert relation(left, right) is relation(right, left)


@pytest.mark.parametrize("relation", [is_short_form, share_a_form, share_full_name])
@given(left=words, right=words)
def test_what_is_related_shares_kin(relation: Relation, left: str, right: str) -> None:
    """Words without common kin are related in no way; to look there is enough."""
    if relation(left, right) or spelling(left) == spelling(right):
        assert not kin(left).isdisjoint(kin(right))


@pytest.mark.parametrize("relation", relations)
@given(word=words, placeholder=placeholders)
def test_nothing_is_related_to_a_placeholder(
    relation: Relation, word: str, placeholder: str
) -> None:
    """What stands for "not known" is nobody's name in another form (MATCH-5)."""
    if word != placeholder and name_words(word):
        assert not relation(word, placeholder)


@given(words, words)
def test_two_names_are_neither_one_spelling_nor_a_short_form(
    left: str, right: str
) -> None:
    """No pair of words is both one name and two names (MATCH-4)."""
    if are_two_names(left, right):
        assert spelling(left) != spelling(right)
        assert not is_short_form(left, right)


@given(words)
def test_listed_full_names_are_among_the_full_names(word: str) -> None:
    """The package adds full names and takes none away; each stands for its name."""
    assert set(listed_full_names(word)) <= full_names(word)
    assert {spelling(name) for name in full_names(word)} == full_names(word)


@given(st.sampled_from(data_lines("diminutives.csv")))
def test_a_short_form_is_never_a_spelling_of_its_full_name(line: list[str]) -> None:
    """A pair is in one relation only, so that it is weighed once."""
    full, *shorts = line
    for short in shorts:
        assert spelling(short) != spelling(full)
        assert is_short_form(short, full)


@given(st.sampled_from(["given", "middle", "family"]), words)
def test_a_usual_share_is_a_small_probability(field: str, word: str) -> None:
    """It divides, so it is above zero, and no name is borne by many (MATCH-5)."""
    assert 0 < usual_share(field, word) <= 0.02  # type: ignore[arg-type]


@given(any_text, any_text)
def test_being_of_one_year_works_both_ways(left: str, right: str) -> None:
    """The order in which years are compared does not count."""
    assert same_year(left, right) is same_year(right, left)


@given(st.lists(words, max_size=8))
def test_many_words_are_worked_on_at_once_as_each_alone(some: list[str]) -> None:
    """Nothing that is heard goes from one word to the next."""
    assert sounds(some) == [sound(word) for word in some]
    assert skeletons(some) == [skeleton(word) for word in some]


@given(words)
def test_words_that_stand_alone_have_no_other_form(one: str) -> None:
    """What is seen at a glance is what every list and rule would say."""
    if kin(one) == {one}:
        assert spelling(one) == one
        assert not full_names(one)
        assert family_forms(one) <= {one, f"-{one}", f"^{one}"}
