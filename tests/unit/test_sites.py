"""Sites and schools as values."""

from typing import Any

import pytest

from student_transfer.sites import School, SchoolId, Site, SiteId, SiteKind


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


@pytest.mark.parametrize("blank", ["", " ", "\t\u2003"])
@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        (Site, ("", "Oak"), "id"),
        (School, ("", "oak", "Oak Academy"), "id"),
        (School, ("elm", "", "Oak Academy"), "site_id"),
    ],
)
def test_a_blank_id_is_refused_by_name(
    kind: Any, fields: tuple[str, ...], field: str, blank: str
) -> None:
    """PERM-3: who asks for a site or a school of no id means none."""
    told = f"^{field} of a {kind.__name__.lower()} has to be a text that is not blank$"
    with pytest.raises(TypeError, match=told):
        kind(*(one or blank for one in fields))


def test_a_name_may_be_blank() -> None:
    """A file may not have it."""
    assert School(SchoolId("elm"), SiteId("oak"), "").name == ""
