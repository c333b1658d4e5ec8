"""Runs the kit on a host's storage and reports what holds, without pytest's words.

It does not import the contracts: pytest does, so that it can show what they compared.
"""

import contextlib
import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest

from student_transfer.testing.host import NOT_CLAIMED, Factory, find_factory
from student_transfer.testing.report import Promise, Report, Verdict

CHOSEN = pytest.StashKey[tuple[str, Factory]]()
"""Where the run keeps the reference and the factory of the host."""

_SUITE = "student_transfer.testing.conformance.suite"
_QUIET = (
    *("-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler"),
    *("-p", "no:doctest", "-c", os.devnull, "--noconftest", "--pyargs"),
    *("-p", "no:unraisableexception"),  # collects all garbage, twice, to warn nobody
)
_ENVIRONMENT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}


def check(reference: str, *, only: str = "") -> Report:
    """Try every promise on the storage of a host; give what was found.

    Whatever pytest is told elsewhere, in files or variables, is left aside, and so are
    its plugins.

    Args:
        reference: ``MODULE:FACTORY``, which names what makes the `Host`.
        only: A part of the tests' names, or of a contract's (``code_store``), to try
            only those; in pytest's ``-k`` form.

    Raises:
        ValueError: The reference names no factory.
    """
    listener = _Listener(reference, find_factory(reference))
    with TemporaryDirectory(prefix="student_transfer_kit_") as folder:
        places = ["--rootdir", folder, "--basetemp", str(Path(folder, "places"))]
        arguments = [*_QUIET, *places, "-k", only, _SUITE]
        with _environment():
            try:
                code = pytest.main(arguments, plugins=[listener])
            except Exception as error:  # noqa: BLE001 - told in the report
                return attrs.evolve(listener.report(error), only=only)
    return attrs.evolve(listener.report(code), only=only)


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """Let pytest hear nothing from variables, for a while."""
    before = {name: os.environ[name] for name in os.environ if _is_pytests(name)}
    os.environ.update(_ENVIRONMENT)
    try:
        yield
    finally:
        for name in filter(_is_pytests, list(os.environ)):
            del os.environ[name]
        os.environ.update(before)


def _is_pytests(name: str) -> bool:
    return name.startswith("PYTEST_")


@attrs.define
class _Case:
    """One test as pytest runs it: a promise, or one case of it."""

    port: str
    text: str
    test: str
    name: str
    held: bool = False
    missing: str = ""
    wrong: list[str] = attrs.field(factory=list)
    trace: str = ""

    def see(self, report: pytest.TestReport) -> None:
        """Take in what pytest says of a phase of the test."""
        if report.failed:
            self.wrong.append(_what(report))
            self.trace += report.longreprtext
        elif report.skipped:
            reason = _reason(report)
            if reason.startswith(NOT_CLAIMED):
                self.missing = reason.removeprefix(NOT_CLAIMED)
            else:
                self.wrong.append(f"was left out: {reason}")
        elif report.when == "call":
            self.held = True

    @property
    def verdict(self) -> Verdict:
        """What was found; what did not run to its end fails."""
        if self.held and not self.wrong:
            return Verdict.HOLDS
        if self.missing and not self.wrong:
            return Verdict.NOT_CLAIMED
        return Verdict.FAILS

    def why(self) -> list[str]:
        """Return what is wrong or missing, with the case where there are several."""
        case = self.name.removeprefix(self.test)
        of = f"{case} " if case else ""
        if self.verdict is Verdict.NOT_CLAIMED:
            return [self.missing]
        if self.verdict is Verdict.FAILS and not self.wrong:
            return [f"{of}did not run"]
        return [f"{of}{wrong}" for wrong in self.wrong]


class _Listener:
    """Hears from pytest what is run and what comes of it."""

    def __init__(self, reference: str, factory: Factory) -> None:
        self._chosen = reference, factory
        self._cases: dict[str, _Case] = {}
        self._ports: list[str] = []
        self._troubles: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[CHOSEN] = self._chosen

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Let ``-k`` choose by the contract, too: ``code_store``, as its module."""
        module = _defining(item).__module__.rpartition(".")[2]
        item.extra_keyword_matches.add(module)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._cases = {item.nodeid: _case(item) for item in session.items}
        for item in session.items:
            ports = (vars(one).get("port", "") for one in _classes(item))
            self._ports = list(dict.fromkeys([*self._ports, *ports]))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._troubles.append(report.longreprtext)

    def pytest_internalerror(self, excrepr: object) -> None:
        self._troubles.append(str(excrepr))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._cases[report.nodeid].see(report)

    def report(self, ended: int | Exception) -> Report:
        """Join the cases of each promise, and say all that was found."""
        promises: dict[tuple[str, str], list[_Case]] = {}
        for case in self._cases.values():
            promises.setdefault((case.port, case.test), []).append(case)
        joined = [_promise(cases) for cases in promises.values()]
        joined.sort(key=lambda promise: self._ports.index(promise.port))
        troubles = list(self._troubles)
        if not joined:
            troubles.append("No promise was tried at all.")
        elif ended not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            troubles.append(f"pytest ended with {ended!r}.")
        return Report(self._chosen[0], tuple(joined), tuple(troubles))


def _classes(item: pytest.Item) -> tuple[type, ...]:
    """Return the class that a test is run in, and those it inherits from."""
    classes: tuple[type, ...] = getattr(item, "cls", object).__mro__
    return classes


def _defining(item: pytest.Item) -> type:
    """Return the contract that a test is written in."""
    name: str = getattr(item, "originalname", item.name)
    return next(one for one in _classes(item) if name in vars(one))


def _case(item: pytest.Item) -> _Case:
    """Find of which port a test is, and what it promises."""
    test: Any = getattr(item, "function", None)
    name: str = getattr(item, "originalname", item.name)
    defining = _defining(item)
    text, _, _ = (inspect.getdoc(test) or name).partition("\n\n")
    return _Case(
        port=vars(defining)["port"],
        text=" ".join(text.split()),
        test=name,
        name=item.name,
    )


def _promise(cases: list[_Case]) -> Promise:
    """Join the cases of a promise: it is as good as its worst case."""
    first, verdicts = cases[0], {case.verdict for case in cases}
    worst = next(
        one
        for one in (Verdict.FAILS, Verdict.NOT_CLAIMED, Verdict.HOLDS)
        if one in verdicts
    )
    of = [case for case in cases if case.verdict is worst]
    return Promise(
        port=first.port,
        text=first.text,
        test=first.test,
        verdict=worst,
        cases=len(cases),
        why=tuple(dict.fromkeys(why for case in of for why in case.why())),
        trace="\n\n".join(case.trace for case in of if case.trace),
    )


def _what(report: pytest.TestReport) -> str:
    """Say in one line what went wrong, and when if not in the test itself."""
    crash = getattr(report.longrepr, "reprcrash", None)
    message = report.longreprtext if crash is None else crash.message
    line = message.strip().splitlines()[0] if message.strip() else "failed"
    return line if report.when == "call" else f"in the {report.when}: {line}"


def _reason(report: pytest.TestReport) -> str:
    """Return the reason for which a test was left out."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    return reason.removeprefix("Skipped: ")
