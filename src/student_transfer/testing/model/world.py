"""The sites of the model, who works there, the clock and the students."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, cast

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule

from student_transfer.errors import StorageBusyError, StorageError
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.records import Origin, ReaderQuiz
from student_transfer.services import TransferService
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey
from student_transfer.testing.faults import Call, Fault, FaultyStorage, OneAtATime
from student_transfer.testing.host import Factory
from student_transfer.testing.model.oracle import Oracle
from student_transfer.testing.model.showing import Watched, students_in

SITES = ("north", "south")
"""The sites between which students move."""

BYSTANDER = "west"
"""A third site with schools of the same IDs, which has no part in anything."""

NOW = datetime(2026, 7, 1, tzinfo=UTC)
PEOPLE = (
    ("Amina", "Yusuf", date(2015, 2, 3)),
    ("Bartosz", "Wiśniewski", date(2014, 10, 21)),
    ("Charlotte", "Penrose", date(2015, 5, 30)),
    ("Devika", "Raghunathan", date(2015, 8, 8)),
    ("Euan", "MacAllister", date(2014, 9, 17)),
    ("Fatoumata", "Diallo", date(2015, 1, 12)),
)
Person = tuple[str, str, date]


def actor(
    name: str, site: str, role: Role = Role.NETWORK_ADMINISTRATOR, *schools: str
) -> Actor:
    """Make an actor of a site, with the schools that are administered."""
    own = frozenset(SchoolId(school) for school in schools)
    return Actor(ActorId(f"{name}@{site}"), SiteId(site), role, own)


By = dict[str, Actor]
"""An administrator of each site."""

HEADS: By = {site: actor("head", site) for site in SITES}
SCHOOL_HEADS: By = {
    site: actor("one", site, Role.SCHOOL_ADMINISTRATOR, "one") for site in SITES
}
ADMINISTRATORS = st.sampled_from((HEADS, SCHOOL_HEADS))
STRANGERS = {
    site: (
        actor("two", site, Role.SCHOOL_ADMINISTRATOR, "two"),
        actor("teacher", site, Role.TEACHER, "one"),
    )
    for site in SITES
}
"""Who is of a site, and may do nothing with the students of the school *one*."""

IMPORTS: Bundle[str] = Bundle("imports")
MERGES: Bundle[Any] = Bundle("merges")


def other_site(site: str) -> str:
    """Return the site with which a site exchanges students."""
    return SITES[1 - SITES.index(site)]


class World(RuleBasedStateMachine):
    """The sites in a host's storage, and beside them what the rules say of them.

    Attributes:
        make_host: Makes the host whose storage is driven.
        now: What the clock tells.
        oracle: What should be true.
        storage: The host's storage.
        faulty: The same for the service, which fails when the story says so.
        unreadable: The student whose records the source cannot read.
        commits: How many commits go well before one fails; None for all.
        breaks: Whether it is what comes before a commit that fails then, and not for
            being busy.
        service: The use cases.
    """

    make_host: ClassVar[Factory]

    def __init__(self) -> None:
        """Open a storage that is empty but for the sites."""
        super().__init__()
        self._made = 0
        self._folder = TemporaryDirectory(prefix="student-transfer-")
        self._host = type(self).make_host()
        self.now = NOW
        self.oracle = Oracle()
        self.storage = self._host.open(self._host.begin(Path(self._folder.name)))
        self._put_sites()
        self.unreadable: tuple[str, str] | None = None
        self.commits: int | None = None
        self.breaks = False
        one_at_a_time = FaultyStorage(self.storage, OneAtATime())
        self.faulty = FaultyStorage(one_at_a_time, self._fails)
        service = TransferService(
            self.faulty,
            clock=lambda: self.now,
            new_id=lambda: f"n{self._next():06}",
            randomness=lambda size: self._next().to_bytes(size, "big"),
        )
        watched = Watched(service, self._shows_no_others)
        self.service = cast("TransferService", watched)

    def _shows_no_others(self, who: Actor, answer: object) -> None:
        """PERM-2: who is not of the site came by an import into an own school."""
        sees = who.role is Role.NETWORK_ADMINISTRATOR or "one" in who.schools
        came = {
            (model.source, key)
            for model in self.oracle.imports.values()
            if sees and model.site == who.site_id
            for key in model.students
        }
        shown = {(one.site_id, one.key) for one in students_in(answer)}
        assert {one for one in shown if one[0] != who.site_id} <= came

    def _next(self) -> int:
        self._made += 1
        return self._made

    def _put_sites(self) -> None:
        every = (*SITES, BYSTANDER)
        schools = [
            School(SchoolId(school), SiteId(site), school.capitalize())
            for site in every
            for school in ("one", "two", f"hall of {site}")
        ]
        sites = [Site(SiteId(site), f"The {site} trust") for site in every]
        self._host.put_sites(self.storage, sites, schools)

    def _fails(self, call: Call) -> Fault | None:
        """Fail as a lost connection or a locked database does, where it is due."""
        if call.name == "source.records" and call.arguments == self.unreadable:
            return Fault(error=lambda: OSError("connection lost"))
        name = "imports.take_pending_row" if self.breaks else "commit"
        if call.name == name and self.commits is not None:
            self.commits -= 1
            if self.commits < 0:
                self.commits = None
                return Fault(error=StorageError if self.breaks else StorageBusyError)
        return None

    def teardown(self) -> None:
        """Let go of the storage."""
        self._host.close(self.storage)
        self._folder.cleanup()

    def enrol(self, site: str, person: Person, key: str | None = None) -> None:
        """Put a child with one record on a site, under a new key or a given one."""
        given, family, born = person
        name = f"{given}.{family}".lower() if key is None else ""
        key = StudentKey(key or f"{site}-{self._next()}")
        with self.storage() as work:
            work.roster.add(
                Student(
                    key=key,
                    site_id=SiteId(site),
                    given_name=given,
                    family_name=family,
                    date_of_birth=born,
                    gender="X",
                    year="6",
                    user_name=name,
                    enrolments={SchoolId("one")},
                )
            )
            work.commit()
        self.oracle.children[site, key] = given
        self.read_a_book(site, key)

    def read_a_book(self, site: str, key: str) -> None:
        """Add a record that is written on the site."""
        name = f"quiz-{self._next()}"
        quiz = ReaderQuiz(origin=Origin(SiteId(site), name), quiz_number="7")
        with self.storage() as work:
            work.roster.add_records(SiteId(site), StudentKey(key), [quiz])
            work.commit()
        self.oracle.records[site, key].add(f"{site}/{name}")

    @rule(data=st.data(), site=st.sampled_from(SITES))
    def somebody_reads(self, data: st.DataObject, site: str) -> None:
        """IMP-5: records keep being written on both sites."""
        keys = self.oracle.keys(site)
        if keys:
            self.read_a_book(site, data.draw(st.sampled_from(keys)))

    @rule(
        data=st.data(),
        site=st.sampled_from(SITES),
        handed_on=st.none() | st.sampled_from(PEOPLE),
    )
    def somebody_leaves(
        self,
        data: st.DataObject,
        site: str,
        handed_on: Person | None,
    ) -> None:
        """IMP-8, IMP-10: a student leaves a site, and another may get the key."""
        keys = self.oracle.keys(site)
        if len(keys) < 3:
            return
        key = data.draw(st.sampled_from(keys))
        with self.storage() as work:
            found = work.roster.students(SiteId(site), [StudentKey(key)])
            work.roster.remove(found[StudentKey(key)])
            work.commit()
        self.oracle.leave(site, key)
        if handed_on is not None:
            self.enrol(site, handed_on, key)

    @rule(days=st.sampled_from((0.5, 3, 29, 30)))
    def time_passes(self, days: float) -> None:
        """CODE-5: codes grow old."""
        self.now += timedelta(days=days)

    @rule(data=st.data(), site=st.sampled_from(SITES))
    def somebody_returns(self, data: st.DataObject, site: str) -> None:
        """IMP-8, IMP-10: a key that was given up before is somebody's again."""
        gone = sorted(
            key
            for model in self.oracle.imports.values()
            for at, keys in (
                (model.source, model.students),
                (model.site, tuple(filter(None, model.decisions.values()))),
            )
            for key in keys
            if at == site and (site, key) not in self.oracle.children
        )
        if gone:
            person = data.draw(st.sampled_from(PEOPLE))
            self.enrol(site, person, data.draw(st.sampled_from(gone)))

    @rule(data=st.data(), fails=st.booleans())
    def the_source_fails_for_one(self, data: st.DataObject, *, fails: bool) -> None:
        """IMP-6: the records of one student cannot be read, or can be again."""
        places = sorted(self.oracle.children)
        self.unreadable = (
            data.draw(st.sampled_from(places)) if fails and places else None
        )
