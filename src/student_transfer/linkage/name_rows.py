"""Names as rows of numbers, as the sieve with numpy reads them.

A row has the parts that the name gives to keys in its own role, in either role, of its
initial in both, and what of it is counted; of all that as much as incoming students
have. Many names are worked on at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from student_transfer.linkage.blocking import (
    Bones,
    family_bones,
    family_words,
    first_bones,
    first_words,
    joined_bones,
)
from student_transfer.linkage.profile import Name
from student_transfer.linkage.sieve import Incoming
from student_transfer.linkage.vocabulary import ABSENT, Role
from student_transfer.names import listed_full_names, name_words

MOST_PARTS = 8
"""A name has at most so many ways to be written; see `given_bones`."""

INITIAL = 2 * MOST_PARTS
EITHER_INITIAL, TEXT, TERM, NICK, WIDTH = range(INITIAL + 1, INITIAL + 6)
NO_TERM = -1

NameRow = Sequence[int]
"""`MOST_PARTS` parts in the own role, as many in either, and one of each of the above.

The last are the places of the text, of the term that it is, and of the preferred name.
"""

GivenName = str | tuple[str, str]
"""A given name as a roster writes it, or with the preferred name that goes with it."""

_REST = [(ABSENT,) * (MOST_PARTS - known) for known in range(MOST_PARTS + 1)]


class NameRows:
    """Makes rows of names."""

    def __init__(
        self,
        incoming: Incoming,
        terms: Mapping[str, Mapping[str, int]],
        texts: Mapping[str, int],
    ) -> None:
        """Take the incoming students.

        Args:
            incoming: The incoming students.
            terms: For each field the places of the terms.
            texts: The places of given and family names.
        """
        self._parts = incoming.parts
        self._bones = incoming.skeletons
        self._texts = texts
        self._given_terms, self._family_terms = terms["given"], terms["family"]
        self._strangers: dict[tuple[int, str], NameRow] = {}
        self._known: dict[str, tuple[Name, Bones]] = {}

    # Given names ------------------------------------------------------------------

    def of_given(self, values: Sequence[GivenName]) -> list[NameRow]:
        """Make the rows of given names."""
        plain = {
            value: word
            for value in values
            if isinstance(value, str)
            and (word := plain_word(value))
            and not listed_full_names(word)
        }
        made = self._of_plain(plain, self._parts.given, self._given_terms)
        both = [
            (value, "") if isinstance(value, str) else value
            for value in values
            if value not in made
        ]
        self._know_given(set(chain.from_iterable(both)))
        found = iter([self._of_given_name(*each) for each in both])
        return [made.get(value) or next(found) for value in values]

    def _know_given(self, texts: Iterable[str]) -> None:
        """Work out the consonants of given names."""
        names = {text: Name.of(text) for text in texts if text not in self._known}
        self._bones.learn(chain.from_iterable(map(first_words, names.values())))
        bone = self._bones.__getitem__
        for text, name in names.items():
            self._known[text] = name, first_bones(name, bone)

    def _of_given_name(self, text: str, nick: str) -> NameRow:
        (name, bones), (other, more) = self._known[text], self._known[nick]
        made = self._of_name(joined_bones(bones, more), name, self._parts.given)
        also = other.joined if other.joined != name.joined else ""
        terms = self._given_terms
        return (*made, terms.get(name.joined, NO_TERM), terms.get(also, NO_TERM))

    # Family names -----------------------------------------------------------------

    def of_family(self, values: Sequence[str]) -> list[NameRow]:
        """Make the rows of family names."""
        plain = {value: word for value in values if (word := plain_word(value))}
        made = self._of_plain(plain, self._parts.family, self._family_terms)
        names = [Name.of(value) for value in values if value not in made]
        self._bones.learn(chain.from_iterable(map(family_words, names)))
        found = iter([self._of_family_name(name) for name in names])
        return [made.get(value) or next(found) for value in values]

    def _of_family_name(self, name: Name) -> NameRow:
        bones = family_bones(name, self._bones.__getitem__)
        made = self._of_name(bones, name, self._parts.family)
        return (*made, self._family_terms.get(name.joined, NO_TERM), NO_TERM)

    # Both -------------------------------------------------------------------------

    def _of_plain(
        self, plain: Mapping[str, str], role: Role, terms: Mapping[str, int]
    ) -> dict[GivenName, NameRow]:
        """Make the rows of names of one word; most have nothing of an incoming one."""
        self._bones.learn(plain.values())
        bones, names, texts = self._bones, self._parts.names, self._texts
        made: dict[GivenName, NameRow] = {}
        for value, word in plain.items():
            bone = bones[word]
            if bone not in names and word not in texts and word not in terms:
                made[value] = self._of_stranger(bone[0], role)
            else:
                initial = bone[0]
                made[value] = (
                    role.parts.get(bone, ABSENT),
                    *_REST[1],
                    names.get(bone, ABSENT),
                    *_REST[1],
                    role.initials.get(initial, ABSENT),
                    self._parts.initials.get(initial, ABSENT),
                    texts.get(word, ABSENT),
                    terms.get(word, NO_TERM),
                    NO_TERM,
                )
        return made

    def _of_stranger(self, initial: str, role: Role) -> NameRow:
        """Make the row of a name that nobody has, once for each initial."""
        found = self._strangers.get((id(role), initial))
        if found is None:
            either = self._parts.initials.get(initial, ABSENT)
            own = role.initials.get(initial, ABSENT)
            found = (*_REST[0], *_REST[0], own, either, ABSENT, NO_TERM, NO_TERM)
            self._strangers[id(role), initial] = found
        return found

    def _of_name(self, bones: Bones, name: Name, role: Role) -> NameRow:
        """Make all of a row but the terms."""
        parts, names, initials = role.parts, self._parts.names, self._parts.initials
        own = [parts[bone] for bone in bones.all if bone in parts]
        either = [names[bone] for bone in bones.all if bone in names]
        return (
            *own,
            *_REST[len(own)],
            *either,
            *_REST[len(either)],
            role.initials.get(bones.initial, ABSENT),
            initials.get(bones.initial, ABSENT) if bones.initial else 0,
            self._texts.get(name.joined, ABSENT),
        )


def plain_word(text: str) -> str:
    """Give the word of a name of one word in plain letters; else nothing."""
    words = name_words(text) if lower_word(text) else ()
    return words[0] if words else ""


def lower_word(text: str) -> str:
    """Give one word in plain letters, be it a name or a placeholder; else nothing."""
    return text.lower() if text.isascii() and text.isalpha() else ""
