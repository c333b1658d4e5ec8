"""Files that the tests of the formats write and read."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from student_transfer.formats import Reading, read
from student_transfer.records import StarProduct
from student_transfer.sites import SiteId

ReadFiles = Callable[..., Reading]


@pytest.fixture
def read_files(tmp_path: Path) -> ReadFiles:
    """Return a function that writes files into a folder and reads the folder."""

    def write_and_read(
        files: Mapping[str, str | bytes],
        *,
        product: StarProduct | None = None,
        as_of: date | None = None,
    ) -> Reading:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content.encode() if isinstance(content, str) else content
            path.write_bytes(data)
        return read([tmp_path], SiteId("a"), product=product, as_of=as_of)

    return write_and_read
