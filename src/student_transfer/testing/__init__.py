"""What a host needs to test its own use of the library (extra ``testing``).

A host says with a `Host` how to get at its storage, and
`student_transfer.testing.conformance` proves that the storage keeps the promises of
`student_transfer.ports`. ``python -m student_transfer.testing MODULE:FACTORY`` does the
same and tells the outcome in words. `student_transfer.testing.model` lets two sites
live in the storage by any story, and `student_transfer.testing.faults` lets any call of
it fail. `student_transfer.testing.values` makes the values that the promises are tried
with, `student_transfer.testing.strategies` any others.

Importing this module needs neither pytest nor Hypothesis.

What a host uses:

- `host`: how the kit gets at a storage.
- `conformance`: one test a promise.
- `recovery`: the same end after any call has failed.
- `model`: two sites that live by any story.
- `laws`: what holds for any matcher.
- `vectors`: the rules as data, for any language.
- `faults`: a storage that fails where a plan says so.
- `values`, `strategies` and `rosters`: values, students and whole sites to try with.

How the kit is run:

- `command`, `running` and `report`: from the command line to the findings.
- `crews`, `jobs` and `worker`: several at once, in threads or processes.
- `dump`: everything that a storage holds.
"""

from student_transfer.testing.host import Capability, Host, Rows

__all__ = ["Capability", "Host", "Rows"]
