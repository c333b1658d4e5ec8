"""Students in numbers: those who come, and the candidates, with numpy."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from student_transfer.linkage.bulk_blocking.numbers import Numbers, columns
from student_transfer.linkage.profiles.births import birth
from student_transfer.linkage.profiles.identifiers import (
    House,
    OfHouses,
    identifier_keys,
    national_id,
    postcode,
)
from student_transfer.linkage.profiles.profile import (
    Address,
    Columns,
    Profile,
    TextColumns,
    gender,
    year_of,
)
from student_transfer.linkage.pruning.name_numbers import NameNumbers
from student_transfer.linkage.pruning.pairs import (
    CODE,
    EMAIL,
    FAMILY,
    GENDER,
    GIVEN,
    GRADE,
    HAS_WORDS,
    ID,
    IS_LINKED,
    MIDDLE,
    NONE,
    NUMBER,
    PREFERRED,
    STUDENT_ID,
    USER_NAME,
    WIDTH,
    YEAR,
)
from student_transfer.names import without_fraction
from student_transfer.students import StudentKey

_NO_BIRTH = (0, 0, 0)

_AT_ONCE = 5000
"""So many candidates' texts are held at once."""


def _numbers(each: Iterable[int], count: int) -> Numbers:
    return np.fromiter(each, np.int64, count)


def _grade(year: int | None) -> int:
    return NONE if year is None else year + 2  # nursery is -1


class _Numbers(dict[str, int]):
    """Numbers values as they come; a blank one is missing."""

    __repr__ = object.__repr__  # it holds personal data

    def __init__(self) -> None:
        super().__init__({"": NONE})

    def __missing__(self, value: str) -> int:
        number = self[value] = len(self)
        return number


class _Made(dict[str, int]):
    """Makes a number of each text once."""

    __repr__ = object.__repr__  # it holds personal data

    def __init__(self, make: Callable[[str], int]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> int:
        made = self[text] = self._make(text)
        return made


class _Rows:
    """Rows of numbers that many students have, each kept once."""

    def __init__(self, width: int) -> None:
        self._new: list[Sequence[int]] = []
        self._made = np.empty((width, 0), np.int64)

    def add(self, row: Sequence[int]) -> int:
        """Keep a row, and give its place."""
        self._new.append(row)
        return self._made.shape[1] + len(self._new) - 1

    def columns(self, places: Iterable[int], count: int) -> Numbers:
        """Return some rows, as columns; to ask for the places may add to the rows."""
        which = _numbers(places, count)
        self._made = np.hstack([self._made, columns(self._new, len(self._made))])
        self._new.clear()
        found: Numbers = self._made[:, which]
        return found


class StudentNumbers:
    """Numbers the values of students: two that are equal have one number.

    Attributes:
        names: The names of all.
        incoming: The incoming students, each a column; see `pairs`.
    """

    def __init__(self, incoming: Sequence[Profile]) -> None:
        """Take the incoming students, before any candidate."""
        self.names = NameNumbers()
        self._codes, self._houses = _Numbers(), _Numbers()
        self._emails, self._ids, self._starts = _Numbers(), _Numbers(), _Numbers()
        self._locals, self._genders = _Numbers(), _Numbers()
        self._code_of = _Made(lambda text: self._codes[postcode(text)])
        self._id_of = _Made(lambda text: self._ids[national_id(text)])
        self._gender_of = _Made(lambda text: self._genders[gender(text)])
        self._grade_of = _Made(lambda text: _grade(year_of(text)))
        self._births, self._homes = _Rows(CODE - YEAR), _Rows(HAS_WORDS + 1 - NUMBER)
        self._birth_of = _Made(self._of_birth)
        self._home_of = OfHouses(self._of_address)
        self.incoming = self._of_profiles(incoming)

    @property
    def postcodes(self) -> Sequence[str]:
        """The postcodes by their numbers."""
        return [*self._codes]

    @property
    def national_ids(self) -> Sequence[str]:
        """The national identifiers by their numbers."""
        return [*self._ids]

    def of_candidates(
        self,
        keys: Sequence[StudentKey],
        as_columns: Callable[[Sequence[StudentKey]], TextColumns],
    ) -> Numbers:
        """Return the numbers of candidates, each a column.

        Args:
            keys: Who they are.
            as_columns: Gives some of them as columns of texts.
        """
        found = [np.empty((WIDTH, 0), np.int64)]
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            found.append(self._of_texts(len(some), *as_columns(some)))
        return np.hstack(found)

    def _of_profiles(self, students: Sequence[Profile]) -> Numbers:
        """Return the numbers of the incoming students."""
        found = np.zeros((WIDTH, len(students)), np.int64)
        for what, names in (
            (GIVEN, [one.given for one in students]),
            (FAMILY, [one.family for one in students]),
            (MIDDLE, [one.middle for one in students]),
            (PREFERRED, [one.preferred for one in students]),
        ):
            found[what] = self.names.of_incoming(names)
        rows = [self._of_profile(one) for one in students]
        found[YEAR:] = columns(rows, WIDTH - YEAR)
        return found

    def _of_profile(self, one: Profile) -> tuple[int, ...]:
        """Return the numbers of an incoming student, but for the names."""
        number, street = one.address.house or ("", "")
        return (
            *(one.born or _NO_BIRTH),
            self._codes[one.postcode],
            self._houses[number],
            self._houses[street],
            self._starts[street[:2]],
            bool(one.address.words),
            self._ids[one.national_id],
            self._emails[one.email],
            self._locals[one.student_id],
            self._locals[one.user_name],
            self._genders[one.gender],
            _grade(one.year),
            one.is_linked,
        )

    def _of_texts(self, size: int, places: Sequence[int], values: Columns) -> Numbers:
        """Return the numbers of so many students, of whom texts tell some."""
        found = np.zeros((WIDTH, size), np.int64)
        found[IS_LINKED] = 1
        found[IS_LINKED, places] = 0
        if not places:
            return found
        given, middle, family, preferred, day, *rest = values
        sex, grade, identifier, student_id, user_name, mail, code, address = rest
        for what, names in (
            (GIVEN, given),
            (FAMILY, family),
            (MIDDLE, middle),
            (PREFERRED, preferred),
        ):
            if any(names):
                found[what, places] = self.names.of_texts(names)
        for what, numbers, column in (
            (CODE, self._code_of, code),
            (ID, self._id_of, identifier),
            (GENDER, self._gender_of, sex),
            (GRADE, self._grade_of, grade),
        ):
            if any(column):
                found[what, places] = _numbers(
                    map(numbers.__getitem__, column), len(places)
                )
        emails = (self._emails.get(key, NONE) for key in identifier_keys(mail))
        found[EMAIL, places] = _numbers(emails, len(places))
        for what, column in ((STUDENT_ID, student_id), (USER_NAME, user_name)):
            whole = [*map(without_fraction, column)]
            keys = (key.lstrip("0") for key in identifier_keys(whole))
            mine = (self._locals.get(key, NONE) for key in keys)
            found[what, places] = _numbers(mine, len(places))
        births = map(self._birth_of.__getitem__, day)
        found[YEAR:CODE, places] = self._births.columns(births, len(places))
        if any(address):
            homes = self._home_of.of_all(address)
            found[NUMBER : HAS_WORDS + 1, places] = self._homes.columns(
                homes, len(places)
            )
        return found

    def _of_birth(self, text: str) -> int:
        """Return the place of year, month and day."""
        return self._births.add(birth(None, text) or _NO_BIRTH)

    def _of_address(self, text: str, found: House | None) -> int:
        """Return that of number, street and how it begins, and whether it has words."""
        has_number = found is not None and found[0][0].isdigit()
        has_words = has_number or bool(Address(text).words)
        number, street = found if found and has_words else ("", "")
        houses, start = self._houses, self._starts[street[:2]]
        return self._homes.add((houses[number], houses[street], start, has_words))
