"""What a run of the kit found, in words and as data."""

from collections.abc import Iterator
from enum import Enum
from itertools import groupby
from textwrap import wrap
from typing import Any

import attrs

_WIDTH = 88


class Verdict(Enum):
    """What was found of a promise.

    Attributes:
        HOLDS: It was tried in every case, and held in each.
        FAILS: It did not hold, or something went wrong while it was tried.
        NOT_CLAIMED: It was not tried: it takes a capability the host does not claim.
    """

    HOLDS = "holds"
    FAILS = "fails"
    NOT_CLAIMED = "not claimed"


@attrs.frozen
class Promise:
    """One promise and what was found of it.

    Attributes:
        port: What it is a promise about.
        text: The promise.
        test: The name of the test that tries it.
        verdict: What was found.
        cases: In how many cases it was tried.
        why: Where it fails: the cases and what went wrong, one line each. Where it was
            not claimed: what it takes.
        trace: Where it fails, everything that is known about it.
    """

    port: str
    text: str
    test: str
    verdict: Verdict
    cases: int = 1
    why: tuple[str, ...] = ()
    trace: str = attrs.field(default="", repr=False)


@attrs.frozen
class Report:
    """What was found of all promises.

    Attributes:
        host: The reference of the host's factory.
        promises: Each promise, by port.
        troubles: What kept the kit itself from running; any is a failure.
        only: The words by which promises were chosen, if not all were.
    """

    host: str
    promises: tuple[Promise, ...]
    troubles: tuple[str, ...] = ()
    only: str = ""

    def count(self, verdict: Verdict) -> int:
        """Count the promises of which that was found."""
        return sum(promise.verdict is verdict for promise in self.promises)

    @property
    def failed(self) -> bool:
        """Whether anything failed, or no promise was found to hold."""
        nothing = not self.count(Verdict.HOLDS)
        return bool(self.troubles) or nothing or self.count(Verdict.FAILS) > 0

    def summary(self) -> str:
        """Count in one sentence.

        >>> Report("m:Host", (Promise("code store", "…", "test_x", Verdict.HOLDS),)
        ... ).summary()
        '1 of 1 promises hold.'
        """
        fails, untried = self.count(Verdict.FAILS), self.count(Verdict.NOT_CLAIMED)
        parts = [
            f"{self.count(Verdict.HOLDS)} of {len(self.promises)} promises hold",
            f"{fails} {'fails' if fails == 1 else 'fail'}" if fails else "",
            f"{untried} {'was' if untried == 1 else 'were'} not claimed"
            if untried
            else "",
            "the kit itself failed" if self.troubles else "",
            f'only "{self.only}" was tried' if self.only else "",
        ]
        return ", ".join(part for part in parts if part) + "."

    def words(self) -> str:
        """Say of each promise, port by port, whether it holds; count at the end."""
        return "\n".join([*self._lines(), self.summary()])

    def _lines(self) -> Iterator[str]:
        yield f"What {self.host} keeps of the promises of the ports"
        yield ""
        for port, promises in groupby(self.promises, key=lambda one: one.port):
            yield port
            for promise in promises:
                yield from _entry(promise)
            yield ""
        untried = [one for one in self.promises if one.verdict is Verdict.NOT_CLAIMED]
        if untried:
            yield "what the host does not claim"
            for capability in dict.fromkeys(why for one in untried for why in one.why):
                yield f"  {capability}"
            yield ""
        if self.troubles:
            yield "what kept the kit from running"
            yield from (f"  {trouble}" for trouble in self.troubles)
            yield ""

    def as_data(self) -> dict[str, Any]:
        """Return everything as values that JSON knows."""
        return {
            "host": self.host,
            "failed": self.failed,
            "summary": self.summary(),
            "only": self.only,
            "counts": {one.value: self.count(one) for one in Verdict},
            "promises": [
                {**attrs.asdict(one), "verdict": one.verdict.value}
                for one in self.promises
            ],
            "troubles": list(self.troubles),
        }


_MARKS = {
    Verdict.HOLDS: "holds",
    Verdict.FAILS: "FAILS",
    Verdict.NOT_CLAIMED: "not claimed",
}


def _entry(promise: Promise) -> Iterator[str]:
    yield from _wrapped(_MARKS[promise.verdict], promise.text)
    if promise.verdict is Verdict.FAILS:
        yield from _wrapped("", f"{promise.test}:")
        for why in promise.why:
            yield from _wrapped("", f"- {why}")


def _wrapped(mark: str, text: str) -> list[str]:
    """Put a text beside a mark, in lines that are not too long."""
    first = f"  {mark:<11}  "
    return wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
    )
