"""The tables.

What is looked for is a column; what is only given back is JSON in a column
``payload``, see `student_transfer.storing.codec`. All names begin with ``st_``,
so that the tables can live in a host's own database.

Students of other sites in the scope of a code or an import have no foreign key: they
may leave their site at any time (IMP-10).
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from student_transfer.errors import StorageError

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that every database sorts by code point, as Python does."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime; comes back in UTC to the microsecond from every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[object]:
        """Keep it as text where the database has no type that knows the zone."""
        sqlite = dialect.name == "sqlite"
        return dialect.type_descriptor(String(32) if sqlite else self.impl_instance)

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | str | None:
        """Write in UTC; as text of one length, which sorts by time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise StorageError(
                "A time without a time zone cannot be kept.",
                advice="Nothing was changed. Give the time with its zone, such as in "
                "UTC.",
            )
        instant = value.astimezone(UTC)
        if dialect.name != "sqlite":
            return instant
        return instant.isoformat(timespec="microseconds")

    def process_result_value(
        self, value: datetime | str | None, dialect: Dialect
    ) -> datetime | None:
        """Read as UTC."""
        del dialect  # what it gave tells
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        return None if value is None else value.astimezone(UTC)


metadata = MetaData()

schema_version = Table(
    "st_schema_version",
    metadata,
    Column("tables", Integer, nullable=False),
    Column("blocking", Integer, nullable=False),
)

sites = Table(
    "st_sites",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("roster_source", TEXT, nullable=False),
)

schools = Table(
    "st_schools",
    metadata,
    Column("site_id", TEXT, ForeignKey(sites.c.id), primary_key=True),
    Column("id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False),
)

actors = Table(
    "st_actors",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("payload", Text, nullable=False),
)

students = Table(
    "st_students",
    metadata,
    Column("site_id", TEXT, primary_key=True),
    Column("key", TEXT, primary_key=True),
    Column("given_name", TEXT, nullable=False),
    Column("middle_name", TEXT, nullable=False),
    Column("family_name", TEXT, nullable=False),
    Column("preferred_name", TEXT, nullable=False),
    Column("date_of_birth", Date),
    Column("gender", TEXT, nullable=False),
    Column("year", TEXT, nullable=False),
    Column("national_id", TEXT, nullable=False),
    Column("student_id", TEXT, nullable=False),
    Column("user_name", TEXT, nullable=False),
    Column("email", TEXT, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("extra", Text, nullable=False),
)


def _of_student(name: str, *columns: Column[str]) -> Table:
    """Make a table of something students have; its rows are deleted with them."""
    return Table(
        name,
        metadata,
        Column("site_id", TEXT, primary_key=True),
        *columns,
        ForeignKeyConstraint(
            ["site_id", "student_key"],
            [students.c.site_id, students.c.key],
            ondelete="CASCADE",
        ),
        Index(f"{name}_of_student", "site_id", "student_key"),
        sqlite_with_rowid=False,
    )


def _key(name: str) -> Column[str]:
    return Column(name, TEXT, primary_key=True)


enrolments = _of_student("st_enrolments", _key("school_id"), _key("student_key"))
words = _of_student("st_search_words", _key("value"), _key("student_key"))
# Without the student in its primary key: an identifier has one holder (CONF-3).
identifiers = _of_student(
    "st_identifiers",
    _key("kind"),
    _key("value"),
    Column("student_key", TEXT, nullable=False),
)

# Here nothing leads from the student to the rows: a student has many, the rules say
# which, and a second index would cost more than all the rest of writing them. The site
# is in the number (`matching_index.of_site`): a column of its own, in rows this small
# and this many, would be half of what they take.
blocking = Table(
    "st_blocking_keys",
    metadata,
    Column("value", BigInteger, primary_key=True, autoincrement=False),
    Column("student_key", TEXT, primary_key=True),
    sqlite_with_rowid=False,
)

# How many students of the site, which is in the number here too, have a term: the sum
# over the slots, of which each belongs to one open transaction at a time, so that none
# waits for another.
counts = Table(
    "st_term_counts",
    metadata,
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("students", Integer, nullable=False),
    sqlite_with_rowid=False,
)

records = Table(
    "st_records",
    metadata,
    Column("site_id", TEXT, primary_key=True),
    Column("student_key", TEXT, primary_key=True),
    Column("origin_site_id", TEXT, primary_key=True),
    Column("origin_id", TEXT, primary_key=True),  # so never doubled (IMP-5)
    Column("payload", Text, nullable=False),
    ForeignKeyConstraint(
        ["site_id", "student_key"],
        [students.c.site_id, students.c.key],
        ondelete="CASCADE",
    ),
    Index(
        "st_records_of_origin",
        *("site_id", "origin_site_id", "origin_id", "student_key"),
    ),
)

codes = Table(
    "st_codes",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("digest", TEXT, nullable=False, unique=True),
    Column("site_id", TEXT, nullable=False, index=True),
    Column("scope", Text, nullable=False),
    Column("students", Text, nullable=False),
    Column("generated_at", Instant, nullable=False),
    Column("generated_by", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("holder", TEXT),
    Column("seen", Text),  # in the codes of older versions there is none
)

imports = Table(
    "st_imports",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("site_id", TEXT, nullable=False, index=True),
    Column("school_id", TEXT, nullable=False),
    Column("code_id", TEXT, nullable=False),
    Column("source_site_id", TEXT, nullable=False),
    Column("scope", Text, nullable=False),
    Column("students", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("started_by", TEXT, nullable=False),
    Column("state", TEXT, nullable=False, index=True),
    Column("confirmed_at", Instant),
    Column("ended_at", Instant),
    Column("reference", TEXT),
    Column("version", Integer, nullable=False),
)

# A code is held by one import, until that one is cancelled (CODE-4, CODE-7).
_not_cancelled = imports.c.state != "cancelled"
Index(
    "st_imports_one_holder",
    imports.c.code_id,
    unique=True,
    sqlite_where=_not_cancelled,
    postgresql_where=_not_cancelled,
)

import_rows = Table(
    "st_import_rows",
    metadata,
    Column("import_id", TEXT, ForeignKey(imports.c.id), primary_key=True),
    Column("source_key", TEXT, primary_key=True),
    Column("done", Boolean, nullable=False),
    Column("payload", Text, nullable=False),
    Column("match_key", TEXT),
    Column("became_key", TEXT),
    Column("kind", TEXT),
    Index("st_import_rows_pending", "import_id", "done", "source_key"),
    Index("st_import_rows_of_match", "import_id", "match_key"),
    Index("st_import_rows_of_became", "import_id", "became_key"),
    Index("st_import_rows_of_kind", "import_id", "kind"),
)

edits = Table(
    "st_edits",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("import_id", TEXT, ForeignKey(imports.c.id), nullable=False, index=True),
    Column("payload", Text, nullable=False),
)

progress = Table(
    "st_progress",
    metadata,
    Column("import_id", TEXT, ForeignKey(imports.c.id), primary_key=True),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
)

merges = Table(
    "st_merges",
    metadata,
    Column("site_id", TEXT, primary_key=True),
    Column("id", TEXT, primary_key=True),
    Column("survivor", TEXT, nullable=False),
    Column("absorbed", TEXT, nullable=False),
    Column("merged_at", Instant, nullable=False),
    Column("undone", Boolean, nullable=False),
    Column("payload", Text, nullable=False),
    Index("st_merges_of_absorbed", "site_id", "absorbed"),
    Index("st_merges_of_survivor", "site_id", "survivor"),
)

# What the matches of imports have filled, by the student it landed on.
applied_matches = Table(
    "st_arrivals",
    metadata,
    Column("import_id", TEXT, ForeignKey(imports.c.id), primary_key=True),
    Column("source_key", TEXT, primary_key=True),
    Column("site_id", TEXT, nullable=False),
    Column("landed_on", TEXT, nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("undone", Boolean, nullable=False),
    Column("payload", Text, nullable=False),
    Index("st_arrivals_onto", "site_id", "landed_on"),
)
