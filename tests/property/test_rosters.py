"""What the strategies draw is what a storage holds."""

from hypothesis import given

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.testing.rosters import Roster, rosters


@given(rosters())
def test_a_drawn_roster_can_be_stored(roster: Roster) -> None:
    """A site with its schools and students is one that every storage takes (CONF-3)."""
    storage = MemoryStorage()
    with storage() as work:
        work.sites.put_site(roster.site)
        for school in roster.schools:
            work.sites.put_school(school)
        work.roster.add_all(roster.students)
        work.commit()
    with storage(read_only=True) as work:
        assert work.roster.size(roster.site.id) == len(roster.students)
        keys = [one.key for one in roster.students]
        found = work.roster.students(roster.site.id, keys)
        assert found == {one.key: one for one in roster.students}
    schools = {school.id for school in roster.schools}
    for one in roster.students:
        assert one.enrolments <= schools
