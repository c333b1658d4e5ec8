"""Kill, and race, by hand: for longer than the tests do.

``python -m tests.faults kills --tries 300 --storage postgresql`` kills so many
processes, ``python -m tests.faults races --tries 3000`` runs so many races, and each
tells what came of it. Exit code 1: something is not as it should be.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable

import attrs

from tests.faults.kills import Summary as Kills
from tests.faults.kills import kill
from tests.faults.places import STORAGES, places
from tests.faults.races import Summary as Races
from tests.faults.races import race

_WHAT: dict[str, Callable[[Callable[[], str], int, int], Kills | Races]] = {
    "kills": kill,
    "races": race,
}


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=_WHAT)
    parser.add_argument("--tries", type=int, default=300, help="kills, or races")
    parser.add_argument("--storage", choices=STORAGES, default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    started = time.monotonic()
    with places(args.storage) as new_place:
        summary = _WHAT[args.what](new_place, args.tries, args.seed)
    took = time.monotonic() - started
    print(f"{args.what} on {args.storage}, seed {args.seed}, {took:.0f} s")  # noqa: T201 - for whoever has asked
    for name, value in attrs.asdict(summary).items():
        print(f"{name}: {_shown(value)}")  # noqa: T201 - likewise
    if summary.differences:
        raise SystemExit(1)


def _shown(value: object) -> object:
    """Return counters of counters a line each."""
    if not isinstance(value, dict):
        return value
    if not any(isinstance(one, Counter) for one in value.values()):
        return dict(sorted(value.items()))
    return "".join(
        f"\n    {name}: {dict(sorted(of.items()))}" for name, of in value.items()
    )


if __name__ == "__main__":
    main()
