"""The life of two sites on any storage, by any story, beside a small oracle.

`student_transfer.testing.conformance` tries each promise of a storage by itself. This
tries what they come to together: Hypothesis tells stories in which administrators of
two sites generate, enter and revoke codes, review, confirm, cancel, merge and undo;
workers analyse and import, are interrupted and go on; students come, go and read; the
clock moves on; and those try everything who may do nothing. After each step the
storage has to hold what a few dictionaries say, which know the rules and nothing of the
library.

A host needs one line for it, and the extra ``testing``::

    TestLife = life_of(OurHost)

- `world`: the sites, who works there, the clock and the students.
- `oracle`: what should be true.
- `identities`: and which records are of one child.
- `coding`, `previewing`, `importing`, `merging` and `match_undo`: what can be done.
- `tenancy`, `ways` and `showing`: what nobody may see or touch.
- `machine`: everything together.
"""

import pytest

_RULES = ("coding", "importing", "match_undo", "merging", "previewing", "tenancy")
# so that a story that fails shows the values that were compared
pytest.register_assert_rewrite(*(f"{__name__}.{name}" for name in _RULES))

from student_transfer.testing.model.machine import BOUNDED, Life, life_of  # noqa: E402

__all__ = ["BOUNDED", "Life", "life_of"]
