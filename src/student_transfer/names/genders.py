"""Genders as rosters write them: what is compared, and what counts as the same."""

from student_transfer.names.normal import normal_words

_LETTERS = {
    **dict.fromkeys(("f", "female", "girl", "woman", "w", "2"), "f"),
    **dict.fromkeys(("m", "male", "boy", "man", "1"), "m"),
}


def gender_letter(text: str) -> str:
    """Give ``f`` or ``m``; anything else speaks neither for nor against (MATCH-5).

    >>> gender_letter("Female"), gender_letter("M"), gender_letter("X")
    ('f', 'm', '')
    """
    return _LETTERS.get("".join(normal_words(text)), "")


def same_gender(left: str, right: str) -> bool:
    """Say whether two texts mean one gender; blank is none.

    >>> same_gender("female", "F"), same_gender("X", "x "), same_gender("", "")
    (True, True, False)
    """
    letter = gender_letter(left)
    if letter or gender_letter(right):
        return letter == gender_letter(right)
    words = normal_words(left)
    return words != () and words == normal_words(right)
