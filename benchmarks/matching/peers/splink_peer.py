"""Splink 5 on DuckDB, trained without labels as its documentation recommends.

The probability that two random records match comes from deterministic rules, u from
random sampling, m from expectation maximisation on two blocking rules. Everything runs
inside DuckDB, from file to file.
"""

import logging
from typing import Any

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.blocking_rule_library import CustomRule

from benchmarks.matching.peers.common import (
    DEFAULT,
    FIELDS,
    FLOOR,
    KEPT,
    NO_DATES,
    NOTHING,
    Task,
    task,
)

_PLAIN = """trim(regexp_replace(regexp_replace(
    lower(strip_accents({0})), '[''’`]', '', 'g'), '[^\\pL\\pN]+', ' ', 'g'))"""  # noqa: RUF001
_TEXT = f"case when {_PLAIN} not in {NOTHING} then {_PLAIN} end"
_SPECIAL = {
    "date_of_birth": f"""case when trim({{0}}) not in {("", *NO_DATES)}
        then trim({{0}}) end""",
    "email": f"case when {_PLAIN} not in {NOTHING} then lower(trim({{0}})) end",
    "gender": f"""case when {_PLAIN} in ('m', 'f', 'male', 'female')
        then left({_PLAIN}, 1) end""",
    "year": f"""case when regexp_matches({{0}}, '\\d')
        then cast(cast(regexp_extract({{0}}, '\\d+') as int) as text)
        when right({_PLAIN}, 1) in ('r', 'n') then '0' end""",
}
_U_PAIRS = 1e6
_RECALL = 0.8

_RULES = (
    ("national_id",),
    ("email",),
    ("date_of_birth",),
    ("given_name", "family_name"),
    ("given_name", "postcode"),
    ("family_name", "postcode"),
    ("substr(given_name, 1, 3)", "substr(family_name, 1, 3)", "year"),
    ("substr(given_name, 1, 3)", "substr(family_name, 1, 3)", "substr(postcode, 1, 3)"),
    ("given_name", "substr(date_of_birth, 1, 7)"),
    ("family_name", "substr(date_of_birth, 1, 7)"),
    ("family_name", "substr(date_of_birth, 6, 5)"),
    ("given_name", "substr(family_name, 1, 1)"),
    ("family_name", "substr(given_name, 1, 1)"),
    ("address", "substr(given_name, 1, 1)"),
)
"""The pairs that are predicted share all of one of these."""

_CERTAIN = (
    ("national_id",),
    ("email",),
    ("given_name", "family_name", "date_of_birth"),
    ("given_name", "date_of_birth", "postcode"),
    ("family_name", "date_of_birth", "postcode"),
    ("given_name", "family_name", "postcode", "address"),
)
"""The deterministic rules; together they are taken to find 80 % of the matches."""


def main(*, one_to_one: bool = False, name: str = "splink_peer") -> None:
    """Link the two files; the best candidate is the match, or the best one to one."""
    given = task(name)
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect()
    columns = _load(connection, given)
    api = DuckDBAPI(connection)
    tables = [
        api.register(f"{side}_table", dataset_display_name=side)
        for side in ("incoming", "existing")
    ]
    linker = Linker(tables, _settings(columns), log_level=None)
    _train(linker, columns, given.seed)
    predicted = linker.inference.predict(threshold_match_probability=FLOOR)
    connection.execute(_pairs_sql(predicted.physical_name))
    if one_to_one:
        clusters = linker.clustering.cluster_using_single_best_links(
            predicted,
            duplicate_free_datasets=["incoming", "existing"],
            threshold_match_probability=FLOOR,
        )
        connection.execute(_choose_sql(clusters.physical_name))
    connection.execute(_answer_sql(str(given.out)))


def _load(connection: duckdb.DuckDBPyConnection, given: Task) -> set[str]:
    """Read and clean both files; name the columns that both have something in."""
    for side, path in (("incoming", given.incoming), ("existing", given.existing)):
        source = f"read_csv('{path}', all_varchar = true, header = true)"
        there = {row[0] for row in connection.sql(f"describe from {source}").fetchall()}
        chosen = ", ".join(
            (_SPECIAL.get(name, _TEXT).format(name) if name in there else "null::text")
            + f" as {name}"
            for name in FIELDS
        )
        read = f"select id as unique_id, {chosen} from {source}"  # noqa: S608 - our own
        connection.execute(f"create table {side}_table as {read}")
    return {name for name in FIELDS if _is_filled(connection, name)}


def _is_filled(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    [counts] = connection.execute(
        f"select (select count({name}) from incoming_table),"  # noqa: S608 - our own
        f" (select count({name}) from existing_table)"
    ).fetchall()
    return all(counts)


def _settings(columns: set[str]) -> SettingsCreator:
    rules: list[Any] = [block_on(*rule) for rule in _RULES if _has(columns, rule)]
    swapped = "l.given_name = r.family_name and l.family_name = r.given_name"
    if _has(columns, ("given_name", "family_name")):
        rules.append(CustomRule(swapped))
    return SettingsCreator(
        link_type="link_only",
        comparisons=_comparisons(columns),
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )


def _has(columns: set[str], rule: tuple[str, ...]) -> bool:
    return not any(
        name in part and name not in columns for part in rule for name in FIELDS
    )


def _comparisons(columns: set[str]) -> list[Any]:
    made = {
        "given_name": _given_name(with_preferred="preferred_name" in columns),
        "family_name": cl.NameComparison("family_name"),
        "middle_name": cl.NameComparison("middle_name"),
        "date_of_birth": _date_of_birth(),
        "national_id": cl.DamerauLevenshteinAtThresholds("national_id", [1, 2]),
        "gender": cl.ExactMatch("gender"),
        "year": _year(),
        "email": cl.EmailComparison("email"),
        "postcode": cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        "address": cl.JaroWinklerAtThresholds("address", [0.95, 0.85]),
    }
    return [comparison for name, comparison in made.items() if name in columns]


def _given_name(*, with_preferred: bool) -> Any:  # noqa: ANN401 - Splink's own kind
    if not with_preferred:
        return cl.NameComparison("given_name")
    crossed = "given_name_l = preferred_name_r or preferred_name_l = given_name_r"
    return cl.CustomComparison(
        [
            cll.NullLevel("given_name"),
            cll.ExactMatchLevel("given_name", term_frequency_adjustments=True),
            cll.CustomLevel(crossed, "One's given name is the other's preferred name"),
            cll.JaroWinklerLevel("given_name", 0.92),
            cll.JaroWinklerLevel("given_name", 0.88),
            cll.JaroWinklerLevel("given_name", 0.7),
            cll.ElseLevel(),
        ],
        output_column_name="given_name",
    )


def _date_of_birth() -> Any:  # noqa: ANN401 - Splink's own kind
    """Add to Splink's comparison of dates of birth that day and month are exchanged."""
    ready = cl.DateOfBirthComparison("date_of_birth", input_is_string=True)
    levels = ready.create_comparison_levels()
    parts = {"year": (1, 4), "month": (6, 2), "day": (9, 2)}
    left, right = (
        {
            part: f"substr(date_of_birth_{side}, {at}, {n})"
            for part, (at, n) in parts.items()
        }
        for side in "lr"
    )
    exchanged = cll.CustomLevel(
        f"{left['year']} = {right['year']} and {left['month']} = {right['day']}"
        f" and {left['day']} = {right['month']}",
        "Day and month exchanged",
    )
    return cl.CustomComparison(
        [*levels[:2], exchanged, *levels[2:]], output_column_name="date_of_birth"
    )


def _year() -> Any:  # noqa: ANN401 - Splink's own kind
    near = "abs(try_cast(year_l as int) - try_cast(year_r as int)) <= 1"
    return cl.CustomComparison(
        [
            cll.NullLevel("year"),
            cll.ExactMatchLevel("year"),
            cll.CustomLevel(near, "One year apart"),
            cll.ElseLevel(),
        ],
        output_column_name="year",
    )


def _train(linker: Linker, columns: set[str], seed: int) -> None:
    certain = [block_on(*rule) for rule in _CERTAIN if _has(columns, rule)]
    train = linker.training
    train.estimate_probability_two_random_records_match(certain, recall=_RECALL)
    train.estimate_u_using_random_sampling(max_pairs=_U_PAIRS, seed=seed)
    same_date = tuple(name for name in ("date_of_birth", "year") if name in columns)
    for rule in filter(None, (same_date, ("given_name", "family_name"))):
        if _has(columns, rule):
            train.estimate_parameters_using_expectation_maximisation(block_on(*rule))


def _pairs_sql(predicted: str) -> str:
    """Return which is the incoming one of each pair, and rank its candidates."""
    swap = "source_dataset_l = 'existing'"
    return f"""create table pairs as
        select *, row_number() over (
            partition by incoming_id order by probability desc, existing_id) as rank
        from (select
            case when {swap} then unique_id_r else unique_id_l end as incoming_id,
            case when {swap} then unique_id_l else unique_id_r end as existing_id,
            match_probability as probability
            from {predicted})"""  # noqa: S608 - our own


def _choose_sql(clusters: str) -> str:
    """Put the one that the clustering chose first; without one nobody is first."""
    return f"""create or replace table pairs as
        with chosen as (
            select i.unique_id as incoming_id, e.unique_id as existing_id
            from {clusters} i join {clusters} e using (cluster_id)
            where i.source_dataset = 'incoming' and e.source_dataset = 'existing')
        select p.* exclude (rank), case when c.incoming_id is not null then 1 else 1 +
            row_number() over (partition by p.incoming_id, c.incoming_id is null
                order by p.probability desc, p.existing_id) end as rank
        from pairs p left join chosen c using (incoming_id, existing_id)"""  # noqa: S608 - our own


def _answer_sql(out: str) -> str:
    """Write every incoming student's candidates to the answer's file."""
    return f"""copy (
        select i.unique_id as incoming_id, existing_id,
            round(probability, 6) as probability,
            case when rank = 1 and probability >= {DEFAULT}
                then 'matched' else 'new' end as import_as,
            coalesce(rank, 1) as rank
        from incoming_table i
        left join (from pairs where rank <= {KEPT}) p on p.incoming_id = i.unique_id
        order by i.unique_id, rank) to '{out}' (header, delimiter ',')"""  # noqa: S608 - our own


if __name__ == "__main__":
    main()
