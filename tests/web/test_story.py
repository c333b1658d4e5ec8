"""The whole story by plain forms: email, code, enter, preview, review, import, log."""

import re

from student_transfer.import_log import read_log
from tests.services.conftest import MAYA, NEW_HEAD, OLD_HEAD, TOM, ZOFIA, star

from .conftest import Pages

CODE = re.compile(r'id="transfer-code"[^>]*>([0-9A-Z-]{29})<')


def test_a_year_moves_by_the_pages_alone(pages: Pages) -> None:
    """From the email to the log, by both administrators."""
    pages.sites.add_old("1", star("old", "a"), **MAYA, national_id="A1")
    pages.sites.add_old("2", **TOM)
    pages.sites.add_old("3", **ZOFIA)
    pages.sites.add_new("m", **MAYA, national_id="A1")
    pages.sites.add_new("t", **{**TOM, "given_name": "Tom", "date_of_birth": None})
    old, new = pages.by(OLD_HEAD), pages.by(NEW_HEAD)

    email = new.see("/request-data", about="year", source="network")
    assert '<mark class="placeholder">[YEAR, SUCH AS YEAR 6]</mark>' in email

    assert "Elm School" in old.see("/transfer")
    assert "Year 6 (3 students)" in old.see("/transfer", school="elm")
    going = old.see("/transfer/who", school="elm", year="6")
    assert all(name in going for name in ("Maya", "Thomas", "Zofia"))
    found = CODE.search(old.do("/transfer/code", school="elm", year="6"))
    assert found
    code = found.group(1)

    entered = new.do("/enter", code=code.lower().replace("-", " "))
    assert "Old Trust" in entered
    assert "Elm School" in entered
    assert "Maya" not in entered
    assert "was added to the pending imports" in new.do(
        "/imports", code=code, school="oak"
    )
    [import_id] = pages.due
    assert "Analysing data" in new.see("/")
    pages.sites.service.run_due()
    assert "Preview ready" in new.see("/")

    at = f"/imports/{import_id}"
    preview = new.see(at)
    assert re.search(r"Matched students</dt><dd>2<", preview)
    assert re.search(r"New students</dt><dd>1<", preview)
    listed = new.see(f"{at}/matches")
    assert "Thomas Wilkinson" in listed
    one = new.see(f"{at}/match", incoming="2")
    assert "Tom Wilkinson" in one
    saved = new.do(f"{at}/match/decide", incoming="2", student="t", decision="choose")
    assert "will be merged with" in saved

    told = new.do(f"{at}/confirm", version=new.version(at))
    assert "within the next 48 hours" in told
    assert pages.due == [import_id]
    pages.sites.service.run_due()
    home = new.see("/")
    assert "Imported with" in home
    log = new.see(f"{at}/log")
    assert all(name in log for name in ("Maya", "Thomas", "Zofia"))
    assert "Merged with <bdi>Tom Wilkinson</bdi>" in log
    assert "New student" in log
    rows = read_log(new.get(f"{at}/log.csv").content)
    assert [row.first_name for row in rows] == ["Zofia", "Maya", "Thomas"]
    assert "Used" in old.see("/transfer")
    assert pages.sites.records("m")
