"""Two sites with a few students, on a storage of which the calls may fail."""

from collections.abc import Callable
from copy import copy
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Self

from student_transfer.imports import ImportId
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.records import Origin, ReaderQuiz
from student_transfer.services import TransferService
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey
from student_transfer.testing.dump import Dump, dump
from student_transfer.testing.faults import FaultyStorage

PutSites = Callable[[list[Site], list[School]], None]
"""Puts sites and schools into the storage for good."""

SCHOOL = SchoolId("main")
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
_numbers = count(1)


class World:
    """Two sites that nobody else has, with some students, on a storage that may fail.

    Attributes:
        number: Tells the sites from those of other worlds on the same storage.
        faulty: The storage as the service has it.
        service: The use cases.
        code: The transfer code that was generated last.
        import_id: The import that was started last.
        made: How many IDs and codes were made.
        names: Whatever else a step has to remember.
    """

    def __init__(self, storage: UnitOfWorkFactory, put_sites: PutSites) -> None:
        """Put two sites and their students into a storage."""
        self.number = next(_numbers)
        self.old = SiteId(f"old{self.number}")
        self.new = SiteId(f"new{self.number}")
        self.storage = storage
        self.made = 0
        self.serve()
        self.code = ""
        self.import_id = ImportId("")
        self.names: dict[str, Any] = {}
        sites = [Site(self.old, "Old"), Site(self.new, "New")]
        put_sites(sites, [School(SCHOOL, site.id, "Main") for site in sites])
        self._fill()

    def serve(self) -> None:
        """Make the service, on a storage of which nothing has failed yet."""
        self.faulty = FaultyStorage(self.storage)
        self.service = TransferService(
            self.faulty,
            clock=lambda: NOW,
            new_id=lambda: f"n{self.number}-{self._next()}",
            randomness=self._random,
        )

    def as_it_is(self) -> Self:
        """Return the same world, to go on from here without what becomes of this one.

        Its storage is the same, and has to be put back to what it has now.
        """
        other = copy(self)
        other.names = {**self.names}
        other.serve()
        return other

    def _next(self) -> int:
        self.made += 1
        return self.made

    def _random(self, size: int) -> bytes:
        number = (self.number << 32) + self._next()
        return int(number % 256**size).to_bytes(size, "big")

    def _fill(self) -> None:
        """Enrol three students here, of whom one is there; and a child twice there."""
        people = (
            (self.old, "1", "Maya", "Okafor", date(2015, 3, 9), ("a", "b")),
            (self.old, "2", "Thomas", "Wilkinson", date(2014, 11, 23), ("c",)),
            (self.old, "3", "Ines", "Carvalho", date(2015, 1, 30), ()),
            (self.new, "m", "Maya", "Okafor", date(2015, 3, 9), ("d",)),
            (self.new, "s", "Zofia", "Kaczmarek", date(2015, 6, 2), ("e",)),
            (self.new, "g", "Zofia", "Kaczmarek", date(2015, 6, 2), ("f", "g")),
        )
        with self.storage() as work:
            for site, key, given, family, born, records in people:
                student = Student(
                    key=StudentKey(key),
                    site_id=site,
                    given_name=given,
                    family_name=family,
                    date_of_birth=born,
                    year="6",
                    user_name=given.lower() if key != "g" else "",
                    enrolments=frozenset({SCHOOL}),
                )
                work.roster.add(student)
                quizzes = [
                    ReaderQuiz(origin=Origin(site, name), quiz_number="7")
                    for name in records
                ]
                work.roster.add_records(site, student.key, quizzes)
            work.commit()

    def head(self, site: SiteId) -> Actor:
        """Return the administrator of a site."""
        return Actor(ActorId("head"), site, Role.NETWORK_ADMINISTRATOR)

    def dump(self) -> Dump:
        """Read every row of both sites."""
        return dump(self.storage, (self.old, self.new))
