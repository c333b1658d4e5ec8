"""What is done again after a failure comes to the same end, on a host's storage."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from student_transfer.ports import UnitOfWorkFactory
from student_transfer.testing import recovery
from student_transfer.testing.conformance.contract import Contract
from student_transfer.testing.faults import Moment
from student_transfer.testing.host import Host
from student_transfer.testing.recovery import ERRORS, STEPS, Step


class RecoveryContract(Contract):
    """Every call of a port fails once, before its effect and after it.

    It is no part of `StorageContract`, since it takes minutes where each transaction
    waits for a disk. The host has to claim ``SITES``.

    Attributes:
        errors: What the calls fail with, of `student_transfer.testing.recovery.ERRORS`.
    """

    port = "recovery"
    errors: ClassVar[tuple[str, ...]] = tuple(ERRORS)

    @pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
    def test_a_step_comes_to_its_end(
        self,
        host: Host[Any],
        with_sites: UnitOfWorkFactory,
        step: Step,
        record_property: Callable[[str, object], None],
    ) -> None:
        """Whichever call fails, what is done again ends as it would have (IMP-7)."""

        def put_sites(*what: Any) -> None:  # noqa: ANN401 - as the host takes them
            host.put_sites(with_sites, *what)

        for name in self.errors:
            tried = recovery.disturb(
                step,
                with_sites,
                put_sites,
                ERRORS[name],
                lambda: host.snapshot(with_sites),
            )
            assert tried.calls
            assert tried.differences == (), name
            record_property(name, len(tried.calls) * len(Moment))
