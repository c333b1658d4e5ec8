"""Who may do what by default (PERM-1, PERM-2), and how a host replaces it (PERM-4)."""

from collections.abc import Collection
from typing import Any

import attrs
import pytest

from student_transfer.permissions import (
    Action,
    Actor,
    ActorId,
    DefaultPolicy,
    Policy,
    Role,
)
from student_transfer.sites import SchoolId, SiteId

OAK, ELM, ASH = SchoolId("oak"), SchoolId("elm"), SchoolId("ash")
EACH_ACTION = pytest.mark.parametrize("action", Action, ids=lambda action: action.name)


def actor(role: Role, *schools: SchoolId) -> Actor:
    """Make an actor of the site."""
    return Actor(ActorId("someone"), SiteId("site"), role, frozenset(schools))


@EACH_ACTION
@pytest.mark.parametrize("schools", [(), (OAK,), (OAK, ELM, ASH)])
def test_a_network_administrator_may_do_everything(
    action: Action, schools: tuple[SchoolId, ...]
) -> None:
    """PERM-1, PERM-2: a network administrator acts for every school of the site."""
    network = actor(Role.NETWORK_ADMINISTRATOR)
    assert DefaultPolicy().allows(network, action, schools)


@EACH_ACTION
@pytest.mark.parametrize(
    ("schools", "allowed"),
    [
        ((), True),
        ((OAK,), True),
        ((OAK, ELM), True),
        ((ASH,), False),
        ((OAK, ASH), False),
        ((OAK, ELM, ASH), False),
    ],
)
def test_a_school_administrator_acts_for_own_schools(
    action: Action, schools: tuple[SchoolId, ...], allowed: bool
) -> None:
    """PERM-2: all schools concerned have to be among those administered."""
    head = actor(Role.SCHOOL_ADMINISTRATOR, OAK, ELM)
    for given in (list(schools), set(schools), schools):
        assert DefaultPolicy().allows(head, action, given) is allowed


@EACH_ACTION
def test_an_administrator_of_no_school_acts_for_none(action: Action) -> None:
    """PERM-2: a school administrator without schools may do nothing for a school."""
    head = actor(Role.SCHOOL_ADMINISTRATOR)
    assert not DefaultPolicy().allows(head, action, [OAK])


@EACH_ACTION
@pytest.mark.parametrize("schools", [(), (OAK,)])
def test_nobody_else_may_do_anything(
    action: Action, schools: tuple[SchoolId, ...]
) -> None:
    """PERM-1: only the two administrators have rights, even for their own school."""
    others = set(Role) - {Role.NETWORK_ADMINISTRATOR, Role.SCHOOL_ADMINISTRATOR}
    assert others
    for role in others:
        assert not DefaultPolicy().allows(actor(role, OAK), action, schools)


def test_a_host_can_bring_its_own_policy() -> None:
    """PERM-4: anything with the one method is a policy."""

    class TeachersRequest:
        """Lets teachers request data."""

        def allows(
            self, actor: Actor, action: Action, schools: Collection[SchoolId]
        ) -> bool:
            """Allow that, and what the default allows."""
            if actor.role is Role.TEACHER and action is Action.REQUEST_DATA:
                return True
            return DefaultPolicy().allows(actor, action, schools)

    own: Policy = TeachersRequest()
    default: Policy = DefaultPolicy()
    teacher = actor(Role.TEACHER, OAK)
    assert own.allows(teacher, Action.REQUEST_DATA, [OAK])
    assert not own.allows(teacher, Action.ENTER_CODE, [OAK])
    assert not default.allows(teacher, Action.REQUEST_DATA, [OAK])


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", 1), ("site_id", None), ("role", "network_administrator")],
)
def test_what_is_no_actor_is_refused_by_name(field: str, value: object) -> None:
    """A role that is only the name of one would have no rights, and not say why."""
    fields: dict[str, Any] = {"id": "h", "site_id": "a", "role": Role.TEACHER}
    with pytest.raises(TypeError, match=f"^{field} of an actor has to be"):
        Actor(**{**fields, field: value})


def test_an_actor_is_a_value() -> None:
    """PERM-2: nobody can be given more schools after the fact."""
    schools = {OAK}
    head = Actor(ActorId("h"), SiteId("site"), Role.SCHOOL_ADMINISTRATOR, schools)
    schools.add(ELM)
    assert head.schools == {OAK}
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(head, "role", Role.NETWORK_ADMINISTRATOR)  # noqa: B010 - mypy knows it is frozen
