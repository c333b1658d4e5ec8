"""Everything together: the life of sites that exchange students, in any order."""

from typing import Any, cast
from unittest import TestCase

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple

from student_transfer.testing.host import Capability, Factory
from student_transfer.testing.model.tenancy import Tenancy
from student_transfer.testing.model.world import IMPORTS, PEOPLE, SITES

BOUNDED = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
"""How many stories are told, and how long they are, unless a host says otherwise."""


class Life(Tenancy):
    """Two sites, their administrators, the workers, the clock, and who looks on."""

    @initialize(target=IMPORTS, data=st.data())
    def two_sites(self, data: st.DataObject) -> Any:  # noqa: ANN401 - as many as could be started
        """Put four children on each site, two of them the same; start two imports."""
        for site, people in zip(SITES, (PEOPLE[:4], PEOPLE[2:]), strict=True):
            for person in people:
                self.enrol(site, person)
        return multiple(*(self.ask(data=data, site=site, year=True) for site in SITES))


def life_of(make_host: Factory, told: settings = BOUNDED) -> type[TestCase]:
    """Make the test of a host: the life of two sites in its storage, by any story.

    Give the answer a name that a runner of tests finds, in a module of tests::

        TestLife = life_of(OurHost)

    Each story begins with an empty storage, which `student_transfer.testing.Host`
    opens. What is found to be wrong is told as the shortest story that shows it.

    Args:
        make_host: Makes the host. It has to claim `Capability.SITES`.
        told: How many stories, and how long.

    Raises:
        ValueError: The host cannot put sites into its storage.
    """
    if Capability.SITES not in make_host().claims:
        raise ValueError(
            "The life of two sites needs them in the storage: the host has to claim "
            "SITES, and to have put_sites."
        )
    attributes = {"make_host": staticmethod(make_host)}
    machine: Any = type("LifeOfHost", (Life,), attributes)
    test: Any = machine.TestCase
    test.settings = told
    return cast("type[TestCase]", test)
