"""The hosts of the page on proving a storage keep promises.

That the first keeps all, as the page says, is a step of ``.ci/run``.
"""

from pathlib import Path

import pytest

from tests.conformance.documented import host, run


@pytest.mark.parametrize(
    "name", [host(), "our_host:OurHostWithBackDoor", "our_host:OurServerHost"]
)
def test_the_hosts_of_the_page_work(tmp_path: Path, name: str) -> None:
    """One of them claims a back door, and the server's begins."""
    told = run(tmp_path, name, "--only", "last_row or claims_last or imports_in_order")
    assert [line.split()[0] for line in told if "(CODE-7)" in line] == ["holds"]
    assert not [line for line in told if "FAILS" in line]
