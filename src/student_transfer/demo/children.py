"""Invented children, as they are in truth, and the registers sites keep of them.

A child is one; what two sites write about it may differ. The demonstration knows the
child behind every student, so it can tell which students are the same.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import attrs
from anyascii import anyascii

from student_transfer.demo.chance import Chance, unused
from student_transfer.demo.name_mix import NameMix
from student_transfer.linkage.profiles.identifiers import upn_letter
from student_transfer.merging import first_free
from student_transfer.sites import School, Site
from student_transfer.students import Student, StudentKey

_NO_AUTHORITY = "990"  # no local authority has this number


@attrs.frozen(kw_only=True, repr=False)
class Child:
    """A child as it is; ``year`` counts from 0, Reception."""

    given_name: str
    middle_name: str
    family_name: str
    preferred_name: str
    date_of_birth: date
    gender: str
    year: int
    upn: str
    family_email: str
    tradition: str


Fields = Mapping[str, Any]
"""Some fields of a child or of a student, by name."""


def year_name(year: int) -> str:
    """Write a year group as both sites do.

    >>> year_name(0), year_name(6)
    ('R', '6')
    """
    return str(year) if year else "R"


class Children:
    """Invents children; no two have the same name and date of birth."""

    def __init__(self, chance: Chance, mix: NameMix, school_year: int) -> None:
        """Take the calendar year in which the present school year began."""
        self.chance = chance
        self.mix = mix
        self._school_year = school_year
        self._upns: set[str] = set()
        self._families: set[str] = set()
        self._people: set[tuple[str, str, date]] = set()
        self._nicknames = {full: nick for full, nick, _ in mix.otherwise["nicknames"]}

    def born(
        self,
        year: int,
        tradition: str = "",
        gender: str = "",
        known: Fields = MappingProxyType({}),
    ) -> Child:
        """Invent a child of that year group, with what is known about it."""
        chance, mix = self.chance, self.mix
        gender = gender or chance.pick("FM")
        names = mix.named(tradition) if tradition else mix.tradition(chance)
        given = names.given(chance, gender)
        middle = names.given(chance, gender) if chance.happens(names.middle) else ""
        child: dict[str, Any] = {
            "given_name": given,
            "middle_name": "" if middle == given else middle,
            "family_name": names.family(chance, gender),
            "preferred_name": self._nickname(given),
            "family_email": self.family_email() if chance.happens(0.25) else "",
            **known,
        }
        if "date_of_birth" not in child:
            name = child["given_name"], child["family_name"]
            person = unused(lambda: (*name, self._birthday(year)), self._people)
            child["date_of_birth"] = person[-1]
        return Child(
            tradition=names.name, gender=gender, year=year, upn=self._upn(year), **child
        )

    def sibling(self, child: Child, year: int) -> Child:
        """Invent a sister or brother in another year group."""
        return self._of_family(child, year, {})

    def twin(self, child: Child) -> Child:
        """Invent a twin, of either gender."""
        born = {"date_of_birth": child.date_of_birth}
        return self._of_family(child, child.year, born)

    def family_email(self) -> str:
        """Invent the address of a family."""
        chance = self.chance
        name = unused(lambda: f"family{chance.whole(1000, 99999)}", self._families)
        return f"{name}@post.example"

    def _of_family(self, child: Child, year: int, known: Fields) -> Child:
        """Invent a child of the family whose given name begins otherwise."""
        gender, tradition = self.chance.pick("FM"), child.tradition
        family = self.mix.named(tradition).family_of(child.family_name, gender)
        email = child.family_email
        known = {**known, "family_name": family, "family_email": email}
        other = self.born(year, tradition, gender, known)
        while other.given_name[:2] == child.given_name[:2]:
            other = self.born(year, tradition, gender, known)
        return other

    def _nickname(self, given: str) -> str:
        nickname = self._nicknames.get(given, "")
        return nickname if self.chance.happens(0.3) else ""

    def _birthday(self, year: int) -> date:
        """Draw a day between 1 September and 31 August."""
        first = date(self._school_year - 5 - year, 9, 1)
        return first + timedelta(days=self.chance.whole(0, 364))

    def _upn(self, year: int) -> str:
        """Draw a UPN as the first school gave it: authority, school, year, serial."""
        chance, first_year = self.chance, (self._school_year - year) % 100

        def draw() -> str:
            school, serial = chance.whole(2000, 2039), chance.whole(0, 999)
            digits = f"{_NO_AUTHORITY}{school}{first_year:02}{serial:03}"
            return upn_letter(digits) + digits

        return unused(draw, self._upns)


NameUser = Callable[[str, str], str]
"""How a site makes a user name from given and family name in plain letters."""


def plain(name: str) -> str:
    """Return the Latin letters of a name in lower case.

    >>> plain("O'Brien-Núñez")
    'obriennunez'
    """
    return "".join(filter(str.isalpha, anyascii(name))).lower()


class Register:
    """The students of one site; keeps keys and identifiers unique."""

    def __init__(
        self, chance: Chance, site: Site, name_user: NameUser, last_id: int
    ) -> None:
        """Begin an empty register whose student IDs run from 1000 to ``last_id``."""
        self.students: dict[StudentKey, Student] = {}
        self.site = site
        self._chance = chance
        self._name_user = name_user
        self._last_id = last_id
        self._used: set[str] = set()

    def enter(
        self, child: Child, school: School, written: Fields = MappingProxyType({})
    ) -> Student:
        """Enter a child; ``written`` are the fields that this site writes otherwise."""
        self._used.update(str(value) for value in written.values() if value)
        names = ("given_name", "middle_name", "family_name", "preferred_name")
        fields: dict[str, Any] = {
            **{name: getattr(child, name) for name in names},
            "date_of_birth": child.date_of_birth,
            "gender": child.gender,
            "year": year_name(child.year),
            "national_id": child.upn,
            "enrolments": {school.id},
            **written,
        }
        fields.setdefault("student_id", self._student_id())
        if "user_name" not in fields:
            fields["user_name"] = self._user_name(fields)
        if "email" not in fields:
            fields["email"] = self._email(child, fields["user_name"])
        key = StudentKey(unused(self._key, self._used))
        student = Student(key=key, site_id=self.site.id, **fields)
        self.students[key] = student
        return student

    def _key(self) -> str:
        return f"{self.site.id}-{self._chance.whole(10_000, 99_999)}"

    def _student_id(self) -> str:
        return unused(lambda: str(self._chance.whole(1000, self._last_id)), self._used)

    def _user_name(self, fields: Fields) -> str:
        given, family = plain(fields["given_name"]), plain(fields["family_name"])
        made = self._name_user(given, family)
        user_name = first_free(made, self._used.intersection)
        self._used.add(user_name)
        return user_name

    def _email(self, child: Child, user_name: str) -> str:
        """Return the family's address where nobody has it yet, else one of the site."""
        email = child.family_email
        if email and email not in self._used:
            self._used.add(email)
            return email
        if self._chance.happens(0.4):
            return ""
        return f"{user_name}@{self.site.id}.example"
