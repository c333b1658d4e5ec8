"""Who may do what (PERM-1 to PERM-4).

A host says who acts by passing an `Actor` to every use case, and may replace the
`DefaultPolicy` by any `Policy` without touching a rule.
"""

from collections.abc import Collection
from enum import Enum
from typing import NewType, Protocol

import attrs

from student_transfer.errors import wrong_type
from student_transfer.sites import SchoolId, SiteId, school_ids

ActorId = NewType("ActorId", str)
"""Names a person, as the host does; it is kept with what the person has done."""


class Role(Enum):
    """The roles of a site. Only the two administrators have rights by default."""

    NETWORK_ADMINISTRATOR = "network_administrator"
    SCHOOL_ADMINISTRATOR = "school_administrator"
    TEACHER = "teacher"


class Action(Enum):
    """What can be permitted."""

    REQUEST_DATA = "request data"
    GENERATE_CODE = "generate a transfer code"
    SEE_CODES = "see transfer codes"
    REVOKE_CODE = "revoke a transfer code"
    ENTER_CODE = "enter a transfer code"
    START_IMPORT = "start an import"
    SEE_IMPORT = "see an import"
    REVIEW_MATCHES = "review matches"
    CONFIRM_IMPORT = "confirm an import"
    CANCEL_IMPORT = "cancel an import"
    MERGE_STUDENTS = "merge student records"


@attrs.frozen
class Actor:
    """Who is acting: one person, on one site, in one role.

    Attributes:
        id: The person, as the host knows them; kept with codes, imports and edits.
        site_id: The person's own site.
        role: The person's role there.
        schools: The schools that a school administrator administers.

    Raises:
        TypeError: One of these is of another type; it is named, and not quoted.
    """

    id: ActorId
    site_id: SiteId
    role: Role
    schools: frozenset[SchoolId] = attrs.field(
        default=frozenset(), converter=school_ids
    )

    def __attrs_post_init__(self) -> None:
        """Refuse what no permission could be given to."""
        for name, kind in (("id", str), ("site_id", str), ("role", Role)):
            value = getattr(self, name)
            if not isinstance(value, kind):
                told = f"{name} of an actor has to be a {kind.__name__}"
                raise wrong_type(told, value)


class Policy(Protocol):
    """Decides whether an actor may act. The host may bring its own (PERM-4)."""

    def allows(
        self, actor: Actor, action: Action, schools: Collection[SchoolId]
    ) -> bool:
        """Return whether the actor may do this for all of these schools.

        The schools are of the actor's own site; none named means that the action is
        about the site and no school in particular.

        Who may act for all schools of the site may do so for students without one,
        too. Of a site without schools only network administrators are asked about
        that, with none named.
        """
        ...


class DefaultPolicy:
    """Network administrators for every school, school administrators for theirs."""

    def allows(
        self, actor: Actor, action: Action, schools: Collection[SchoolId]
    ) -> bool:
        """Apply PERM-1 and PERM-2, alike for every action.

        >>> head = Actor("h", "a", Role.SCHOOL_ADMINISTRATOR, {"oak"})
        >>> DefaultPolicy().allows(head, Action.GENERATE_CODE, {"oak"})
        True
        >>> DefaultPolicy().allows(head, Action.GENERATE_CODE, {"elm"})
        False
        """
        del action  # the default does not tell actions apart
        if actor.role is Role.NETWORK_ADMINISTRATOR:
            return True
        if actor.role is Role.SCHOOL_ADMINISTRATOR:
            return actor.schools.issuperset(schools)
        return False


def allows_everywhere(
    policy: Policy, actor: Actor, action: Action, schools: Collection[SchoolId]
) -> bool:
    """Tell whether an actor may act for a whole site, which has these schools (PERM-2).

    Of a site without schools that is asked for network administrators only: whoever
    acts for some schools would act for all that there are, none.

    >>> head = Actor("h", "a", Role.SCHOOL_ADMINISTRATOR, {"oak"})
    >>> allows_everywhere(DefaultPolicy(), head, Action.MERGE_STUDENTS, {"oak"})
    True
    >>> allows_everywhere(DefaultPolicy(), head, Action.MERGE_STUDENTS, ())
    False
    """
    if not schools and actor.role is not Role.NETWORK_ADMINISTRATOR:
        return False
    return policy.allows(actor, action, schools)
