"""Who the users of OneRoster files are, and where one id may be two children's."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from student_transfer.formats.recognition import Kind
from student_transfer.formats.tables import Row, Table, column_set
from student_transfer.formats.two_children import (
    are_hardly_one,
    are_of_two,
    has_other_given_name,
    share_names,
)
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

Tables = Mapping[Kind, Sequence[Table]]
"""The tables of one roster, by kind."""

_NATIONAL_IDS = frozenset(
    {"upn", "ssid", "stateid", "statestudentid", "nationalid", "state", "national"}
)
"""The types of ``userIds`` that are the same on every site."""

_PERSONAL = column_set(
    "username userids givenname familyname middlename identifier email grades"
)
_GONE = frozenset({"tobedeleted", "inactive", "deleted"})


def is_gone(row: Row) -> bool:
    """Return whether the status of a row says that it does not count."""
    return row.text("status").casefold() in _GONE


def rows_of(tables: Tables, kind: Kind) -> Iterator[Row]:
    """Yield all rows of one kind of table."""
    for table in tables.get(kind, ()):
        yield from table.rows


@attrs.define
class Users:
    """The users of one roster.

    Attributes:
        users: The row of each, by id; the first of several that is not gone.
        further: Rows that only name other schools of these users.
        clashing: Of ids whose rows differ otherwise, what each of them says.
    """

    users: dict[str, Row] = attrs.field(factory=dict)
    further: list[Row] = attrs.field(factory=list)
    clashing: dict[str, list[Student]] = attrs.field(
        factory=lambda: defaultdict[str, list[Student]](list)
    )

    def of_two(self, unsure: Collection[str]) -> set[StudentKey]:
        """Return the ids that may stand for two children (MATCH-1).

        Args:
            unsure: Users about whom demographics disagree: that and another given name
                are two children.
        """
        return {
            StudentKey(key)
            for key, said in self.clashing.items()
            if are_of_two(said, _are_two)
            or (key in unsure and are_of_two(said, has_other_given_name))
        }


def _are_two(left: Student, right: Student) -> bool:
    return not share_names(left, right) or are_hardly_one(left, right)


def users_of(tables: Tables, site_id: SiteId) -> Users:
    """Return the users; a second row that says something else is a problem."""
    found = Users()
    for row in sorted(rows_of(tables, Kind.USERS), key=is_gone):
        key = row.text("sourcedid")
        if not key:
            row.problem("sourcedid", "is blank, so the row cannot be read")
            continue
        first = found.users.setdefault(key, row)
        if first is row or (is_gone(row) and not is_gone(first)):
            continue
        if _facts(first) == _facts(row):
            found.further.append(row)
        else:
            where = f"line {first.line} of {first.table.file}"
            row.problem("sourcedid", f"the same as in {where}, but not the same user")
            found.clashing[key] += [_said(first, site_id), _said(row, site_id)]
    return found


def _facts(row: Row) -> dict[str, str]:
    """Return what a users row says of the person, and not of where they are."""
    return {name: row.cells[name] for name in row.cells.keys() & _PERSONAL}


def _said(row: Row, site_id: SiteId) -> Student:
    """Return what tells the child of a row from another."""
    return Student(
        key=StudentKey(row.text("sourcedid")),
        site_id=site_id,
        given_name=row.text("givenname"),
        middle_name=row.text("middlename"),
        family_name=row.text("familyname"),
        preferred_name=row.text("preferredgivenname", "prefferedgivenname"),
        national_id=national_id_of(row),
        student_id=row.text("identifier"),
        user_name=row.text("username"),
    )


def national_id_of(row: Row) -> str:
    """Return a national identifier among ``userIds``, a list of ``{type:id}``."""
    for pair in row.listed("userids"):
        kind, _, value = pair.strip("{} ").partition(":")
        if kind.casefold().replace(" ", "") in _NATIONAL_IDS:
            return value.strip()
    return ""
