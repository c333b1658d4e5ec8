"""Sites and schools as values."""

from typing import Any

import pytest

from student_transfer.sites import School, Site, SiteKind


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        (Site, (3, "Oak"), "id"),
        (Site, ("oak", None), "name"),
        (Site, ("oak", "Oak", "network"), "kind"),
        (Site, ("oak", "Oak", SiteKind.SCHOOL, "sis"), "roster_source"),
        (School, (None, "oak", "Oak Academy"), "id"),
        (School, ("elm", 5, "Oak Academy"), "site_id"),
        (School, ("elm", "oak", 7), "name"),
    ],
)
def test_a_field_of_another_type_is_refused_by_name(
    kind: Any, fields: tuple[Any, ...], field: str
) -> None:
    """PERM-3: nobody would find it by that, and no database would keep it."""
    told = f"^{field} of a {kind.__name__.lower()} has to be"
    with pytest.raises(TypeError, match=told):
        kind(*fields)
