"""The platform's tables: integer keys, foreign keys, its own words.

Below them is what the library needs besides: by what a pupil is found.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Sorted by code point on every database, as the ports promise."""

metadata = MetaData()


def _id() -> "Column[int]":
    return Column("id", Integer, primary_key=True)


def _text(name: str) -> "Column[str]":
    return Column(name, TEXT, nullable=False, default="")


def _of(table: Table, name: str, *, primary_key: bool = False) -> "Column[int]":
    reference = ForeignKey(table.c.id, ondelete="CASCADE")
    return Column(name, reference, nullable=False, primary_key=primary_key, index=True)


trusts = Table(
    "trusts",
    metadata,
    _id(),
    Column("slug", TEXT, nullable=False, unique=True),
    _text("name"),
    Column("is_one_school", Boolean, nullable=False, default=False),
    Column("has_management_system", Boolean, nullable=False, default=False),
)
schools = Table(
    "schools",
    metadata,
    _id(),
    _of(trusts, "trust_id"),
    _text("code"),
    _text("name"),
    UniqueConstraint("trust_id", "code"),
)
pupils = Table(
    "pupils",
    metadata,
    _id(),
    _of(trusts, "trust_id"),
    Column("key", TEXT, nullable=False),  # for the library: see the README
    _text("forename"),
    _text("middle_names"),
    _text("surname"),
    _text("known_as"),
    Column("born_on", Date),
    _text("sex"),
    _text("year_group"),
    _text("upn"),
    _text("number"),
    _text("login"),
    _text("email"),
    _text("extra"),  # what the platform has no column for
    _text("provenance"),
    UniqueConstraint("trust_id", "key"),
)
enrolments = Table(
    "enrolments",
    metadata,
    _of(pupils, "pupil_id", primary_key=True),
    _of(schools, "school_id", primary_key=True),
)
results = Table(
    "results",
    metadata,
    _id(),
    _of(pupils, "pupil_id"),
    Column("origin_site", TEXT, nullable=False),
    Column("origin_id", TEXT, nullable=False),
    _text("record"),
    UniqueConstraint("pupil_id", "origin_site", "origin_id"),  # IMP-5
)
reading_logs = Table(  # the library knows nothing of these
    "reading_logs",
    metadata,
    _id(),
    Column("pupil_id", ForeignKey(pupils.c.id), nullable=False, index=True),
    _text("book"),
)
moved_logs = Table(  # which merge has brought which
    "moved_logs",
    metadata,
    Column("merge_id", TEXT, primary_key=True),
    _of(reading_logs, "log_id", primary_key=True),
)


def _finding(name: str, value: "Column[int] | Column[str]") -> Table:
    """Make a table by which pupils of a trust are found."""
    of_trust: Column[int] = Column(
        "trust_id", ForeignKey(trusts.c.id), primary_key=True
    )
    of_pupil = _of(pupils, "pupil_id", primary_key=True)
    return Table(name, metadata, of_trust, value, of_pupil)


blocking_keys = _finding(
    "pupil_blocking_keys", Column("value", BigInteger, primary_key=True)
)
terms = _finding("pupil_terms", Column("value", BigInteger, primary_key=True))
words = _finding("pupil_words", Column("value", TEXT, primary_key=True))
identifiers = Table(
    "pupil_identifiers",
    metadata,
    Column("trust_id", ForeignKey(trusts.c.id), primary_key=True),
    Column("kind", TEXT, primary_key=True),
    Column("value", TEXT, primary_key=True),  # one holder on a site (CONF-3)
    _of(pupils, "pupil_id"),
)
