"""The laws, tried on wrong matchers as a host would try them; not collected by itself.

`test_wrong` runs this file in a pytest of its own, with a profile of its own.
"""

from hypothesis import Phase, settings

_PHASES = (Phase.generate, Phase.shrink)  # explaining takes longest, and is not read
settings.register_profile("few", max_examples=100, phases=_PHASES)
settings.load_profile("few")  # before the laws are read, which are tried as often

from student_transfer.testing.laws import MatcherLaws  # noqa: E402
from tests.laws.wrong import BREAKS  # noqa: E402

for _matcher in BREAKS:
    _name = f"Test{_matcher.__name__}"
    globals()[_name] = type(_name, (MatcherLaws,), {"host": _matcher()})
