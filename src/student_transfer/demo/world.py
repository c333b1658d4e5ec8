"""The demonstration's world: two sites, their students and records, all invented.

A year of Riverside Learning Trust is to be transferred to Northgate Schools
Partnership. In it are the known ways in which one child is written twice (MATCH-3)
and in which two children look like one (MATCH-4), and the world knows the truth.
Names are put together at random; no child and no school is meant.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from student_transfer.demo.cases import Case, Intake, Places
from student_transfer.demo.chance import Chance
from student_transfer.demo.children import Child, Children, Register, year_name
from student_transfer.demo.histories import Histories, school_year_of
from student_transfer.demo.name_mix import name_mix
from student_transfer.demo.otherwise import YEAR
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.records import Record
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey

__all__ = ["TODAY", "Case", "World", "world"]

TODAY = date(2026, 7, 1)
"""The day on which the demonstration happens, unless another is given."""

_SOURCE = Site(SiteId("riverside"), "Riverside Learning Trust")
_DESTINATION = Site(SiteId("northgate"), "Northgate Schools Partnership")
_PRIMARY, _SECONDARY = range(7), range(7, 12)
_RECORDS_THERE = 8

Records = Mapping[StudentKey, tuple[Record, ...]]


@attrs.frozen(kw_only=True)
class World:
    """Two sites before the transfer, and the truth about the year transferred.

    Attributes:
        today: The day on which it is as described.
        source: The site the students come from.
        source_schools: Its schools.
        source_students: Its students, by key.
        source_records: For each of its students, the records by origin.
        destination: The site the year goes to.
        destination_schools: Its schools.
        destination_students: Its students, by key.
        destination_records: For some of its students, the records by origin.
        administrators: A network administrator of the source, one of the destination,
            and a school administrator of the destination school.
        year: The year that is transferred.
        source_school: The school whose year it is.
        destination_school: The school to enrol the students in.
        cases: What makes the year instructive, one rule's case each.
        truth: For each student of the year, the same child on the destination site,
            or None.
    """

    today: date
    source: Site
    source_schools: tuple[School, ...]
    source_students: tuple[Student, ...] = attrs.field(repr=False)
    source_records: Records = attrs.field(repr=False)
    destination: Site
    destination_schools: tuple[School, ...]
    destination_students: tuple[Student, ...] = attrs.field(repr=False)
    destination_records: Records = attrs.field(repr=False)
    administrators: tuple[Actor, ...]
    year: str
    source_school: School
    destination_school: School
    cases: tuple[Case, ...] = attrs.field(repr=False)
    truth: Mapping[StudentKey, StudentKey | None] = attrs.field(repr=False)

    @property
    def source_administrator(self) -> Actor:
        """The network administrator of the source site."""
        return self.administrators[0]

    @property
    def destination_administrator(self) -> Actor:
        """The network administrator of the destination site."""
        return self.administrators[1]

    @property
    def school_administrator(self) -> Actor:
        """The administrator of the destination school."""
        return self.administrators[2]


@attrs.frozen
class _Roll:
    """A school and how many students each of its years has."""

    school: School
    years: range
    students_a_year: int


def _roll(site: Site, name: str, years: range, students_a_year: int) -> _Roll:
    school_id = SchoolId(name.lower().replace(" ", "-"))
    return _Roll(School(school_id, site.id, name), years, students_a_year)


_SOURCE_ROLLS = (
    _roll(_SOURCE, "Millbrook Primary School", _PRIMARY, 26),
    _roll(_SOURCE, "Saltmarsh Primary School", _PRIMARY, 13),
    _roll(_SOURCE, "Weirside High School", _SECONDARY, 18),
)
_DESTINATION_ROLLS = (
    _roll(_DESTINATION, "Kingsmead Academy", _SECONDARY, 104),
    _roll(_DESTINATION, "Thornhill Academy", _SECONDARY, 98),
    _roll(_DESTINATION, "Beacon Hill Primary School", _PRIMARY, 44),
    _roll(_DESTINATION, "Larkfield Primary School", _PRIMARY, 40),
    _roll(_DESTINATION, "Old Quarry Primary School", _PRIMARY, 36),
    _roll(_DESTINATION, "Tannery Lane Primary School", _PRIMARY, 30),
)
_PLACES = Places(
    _SOURCE_ROLLS[0].school,
    _DESTINATION_ROLLS[0].school,
    tuple(roll.school for roll in _DESTINATION_ROLLS[2:]),
)


def world(seed: int, *, today: date = TODAY) -> World:
    """Invent the world of a seed: the same one every time, on every machine.

    >>> small = world(1)
    >>> len(small.truth), small.source_school.name
    (58, 'Millbrook Primary School')
    """
    chance = Chance(seed)
    children = Children(chance, name_mix(), school_year_of(today))
    source = Register(chance, _SOURCE, lambda given, family: given[:1] + family, 4999)
    destination = Register(
        chance, _DESTINATION, lambda given, family: f"{given}.{family}", 9999
    )
    intake = Intake(children, source, destination, _PLACES)
    intake.enter()
    _fill(source, children, _SOURCE_ROLLS)
    _fill(destination, children, _DESTINATION_ROLLS)
    source_records = _source_records(source, intake.cases, chance, today)
    destination_records = _destination_records(
        destination, intake.cases, source_records, chance, today
    )
    return World(
        today=today,
        source=_SOURCE,
        source_schools=tuple(roll.school for roll in _SOURCE_ROLLS),
        source_students=_by_key(source),
        source_records=source_records,
        destination=_DESTINATION,
        destination_schools=tuple(roll.school for roll in _DESTINATION_ROLLS),
        destination_students=_by_key(destination),
        destination_records=destination_records,
        administrators=_administrators(),
        year=year_name(YEAR),
        source_school=_PLACES.source_school,
        destination_school=_PLACES.destination_school,
        cases=tuple(intake.cases),
        truth=intake.truth,
    )


def _administrators() -> tuple[Actor, ...]:
    network = Role.NETWORK_ADMINISTRATOR
    school = _PLACES.destination_school.id
    return (
        Actor(ActorId("riverside-office"), _SOURCE.id, network),
        Actor(ActorId("northgate-office"), _DESTINATION.id, network),
        Actor(
            ActorId("kingsmead-office"),
            _DESTINATION.id,
            Role.SCHOOL_ADMINISTRATOR,
            {school},
        ),
    )


def _by_key(register: Register) -> tuple[Student, ...]:
    return tuple(register.students[key] for key in sorted(register.students))


def _fill(register: Register, children: Children, rolls: Sequence[_Roll]) -> None:
    """Enter the students of every year but the one that is there already."""
    known: list[Child] = []
    for roll in rolls:
        for year in roll.years:
            if (roll.school, year) == (_PLACES.source_school, YEAR):
                continue
            for _ in range(roll.students_a_year):
                child = _another(children, known, year)
                known.append(child)
                register.enter(child, roll.school, _blanks(child, children.chance))


def _another(children: Children, known: Sequence[Child], year: int) -> Child:
    """Invent a child, now and then of a family that is known."""
    if not known or not children.chance.happens(0.12):
        return children.born(year)
    child = children.chance.pick(known)
    return children.twin(child) if child.year == year else children.sibling(child, year)


def _blanks(child: Child, chance: Chance) -> dict[str, Any]:
    """Leave out or mistype what offices leave out or mistype."""
    written: dict[str, Any] = {}
    if chance.happens(0.06):
        written["national_id"] = ""
    elif chance.happens(0.02):
        written["national_id"] = chance.pick("ABCDEFGH") + child.upn[1:]
    if chance.happens(0.02):
        written["gender"] = ""
    return written


def _years(register: Register) -> Mapping[StudentKey, int]:
    """Return the year of each student as a number, by key."""
    students = _by_key(register)
    return {item.key: 0 if item.year == "R" else int(item.year) for item in students}


def _source_records(
    register: Register, cases: Sequence[Case], chance: Chance, today: date
) -> dict[StudentKey, tuple[Record, ...]]:
    """Invent the records of everyone but the student of the case without."""
    histories = Histories(chance, register.site.id, today)
    without = {case.source_key for case in cases if case.what == "no records"}
    return {
        key: () if key in without else histories.of(year)
        for key, year in _years(register).items()
    }


def _destination_records(
    register: Register,
    cases: Sequence[Case],
    source_records: Records,
    chance: Chance,
    today: date,
) -> dict[StudentKey, tuple[Record, ...]]:
    """Invent some records of some students; copy those of the case that returns."""
    histories = Histories(chance, register.site.id, today)
    met = {case.expected for case in cases} - {None}
    records: dict[StudentKey, tuple[Record, ...]] = {
        key: histories.of(year)[:_RECORDS_THERE]
        for key, year in _years(register).items()
        if key in met or chance.happens(0.15)
    }
    for case in cases:
        if case.rule == "IMP-5" and case.expected is not None:
            copied = source_records[case.source_key][:_RECORDS_THERE]
            records[case.expected] += copied
    return records
