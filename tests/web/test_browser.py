"""The pages in a real Chromium: two administrators, from the email to the log."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import copy
from typing import Any

import attrs
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from student_transfer.codes import StudentScope
from student_transfer.imports import ImportId
from student_transfer.matching import ImportAs
from student_transfer.permissions import Action
from student_transfer.students import Student, StudentKey

from .browsers import PAGES, Person, Served, need_chromium, prepare, served

_START = Action.START_IMPORT
SCHOOL, OWN_SCHOOL = "Millbrook Primary School", "Kingsmead Academy"


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    """Start Debian's Chromium once."""
    path = need_chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def browser(started: Browser) -> Iterator[Browser]:
    """Yield the browser without a window; those that are opened are closed again."""
    yield started
    for context in started.contexts:
        context.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the database once that each test begins with."""
    need_chromium()
    database = tmp_path_factory.mktemp("pages") / "pages.db"
    prepare(database)
    return database


@pytest.fixture
def host(prepared: Path, tmp_path: Path) -> Iterator[Served]:
    """Serve the demonstration with sites that nobody has touched."""
    with served(Path(copy(prepared, tmp_path / "pages.db"))) as one:
        yield one


def _two(browser: Browser, host: Served, **context: Any) -> tuple[Person, Person]:
    """Return the administrators of the old and of the new site."""
    old = Person.at(browser, host.address, **context)
    new = Person.at(browser, host.address, **context)
    old.act_as("riverside-office")
    new.act_as("northgate-office")
    return old, new


def test_mounted_in_another_application(browser: Browser, host: Served) -> None:
    """It is so in every test here: no address is outside of where it is mounted."""
    one = Person.at(browser, host.address)
    asked: list[str] = []
    one.page.on("request", lambda request: asked.append(request.url))
    one.act_as("northgate-office")
    asked.clear()
    for path in ("/", "/request-data", "/transfer", "/transfer/student", "/merge"):
        one.go(path)
        addresses = one.page.eval_on_selector_all(
            "main [href], main form, nav a",
            "all => all.map(one => one.getAttribute('href') || one.action)",
        )
        where = f"{host.address}{PAGES}/", f"{PAGES}/"
        assert all(address.startswith(where) for address in addresses)
    assert all(url.startswith((f"{host.address}{PAGES}/", "data:")) for url in asked)
    assert one.complaints == []


def test_no_year_of_another_school_goes(browser: Browser, host: Served) -> None:
    """CODE-1: the school is changed, but its years are not shown yet."""
    one = Person.at(browser, host.address)
    one.act_as("northgate-office")
    one.go("/transfer")
    one.choose("School", OWN_SCHOOL)
    one.click("Show the years")
    one.sees(f"Years at {OWN_SCHOOL}")
    one.page.get_by_label("Year", exact=True).select_option("7")
    one.choose("School", "Thornhill Academy")
    one.click("Continue")
    one.sees("The school was changed")
    one.looks("transfer-changed")
    one.sees("Years at Thornhill Academy")
    one.page.get_by_label("Year", exact=True).select_option("7")
    one.click("Continue")
    one.sees("Year 7, Thornhill Academy")
    assert one.complaints == []


def test_a_name_of_one_long_word_makes_no_page_wide(
    browser: Browser, host: Served
) -> None:
    """Lists, the two records and the log keep to the window, and so on a phone."""
    told, service = host.world, host.service
    school, own = told.source_school.id, told.destination.id
    child = Student(
        key=StudentKey("long"),
        site_id=told.source.id,
        given_name="Wq" * 120,
        family_name="Mw" * 120,
        date_of_birth=date(2015, 3, 9),
        year="6",
        user_name="w" * 100,
        email=f"{'m' * 100}@riverside.example",
        enrolments={school},
    )
    with host.storage() as work:
        work.roster.add(child)
        work.roster.add(attrs.evolve(child, site_id=own, enrolments=()))
        work.commit()
    new, scope = told.destination_administrator, StudentScope(school, child.key)
    code = service.generate_code(told.source_administrator, scope).code.reveal()
    import_ = service.start_import(new, code, service.schools(new, _START)[0].id)
    service.analyse(import_.id)
    one, at = Person.at(browser, host.address), f"/imports/{import_.id}"
    one.act_as("northgate-office")
    for path in ("/", f"{at}/matches", f"{at}/match?incoming=long", "/merge?keep=long"):
        _fits(one, path)
    service.confirm(new, import_.id, accept_unreviewed=True)
    service.run_import(import_.id)
    _fits(one, f"{at}/log")
    one.go("/merge")
    one.fill("Names or student ID", "wqwq")
    one.click("Search")
    one.sees("1 student found")
    _fits(one)


def _fits(one: Person, path: str | None = None) -> None:
    """Look at a page, or at the present one, on a screen and on phones."""
    if path is not None:
        one.go(path)
    for width in (1280, 390, 320):
        one.page.set_viewport_size({"width": width, "height": 800})
        wide = one.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (path, width, wide)


def _import_id(person: Person) -> ImportId:
    found = re.search(r"/imports/([^/?]+)", person.page.url)
    assert found
    return ImportId(found.group(1))


def _flagged(host: Served, import_id: ImportId) -> int:
    actor = host.world.destination_administrator
    return host.service.preview(actor, import_id).needs_review


def test_a_year_moves_from_the_email_to_the_log(browser: Browser, host: Served) -> None:
    """Both administrators, every page looked at by axe-core and on a phone's width."""
    old, new = _two(browser, host)
    new.looks("import-empty")
    _ask(new)
    old.go("/transfer")
    old.looks("transfer-empty")
    code = old.generate(SCHOOL, "6")
    assert re.fullmatch(r"[0-9A-Z]{5}(-[0-9A-Z]{5}){4}", code)
    assert code not in old.page.url + old.page.title()
    old.looks("code")
    old.page.go_back()
    old.looks("who")
    new.enter(code.lower())
    new.sees("Riverside Learning Trust")
    assert code not in new.page.url + new.page.title()
    assert code.lower() not in new.page.url
    new.looks("entered")
    new.choose("Enrol students in", OWN_SCHOOL)
    new.click("Continue")
    new.sees("was added to the pending imports")
    new.looks("pending")
    new.page.get_by_role("link", name="View import preview").wait_for()  # by itself
    new.click("View import preview")
    new.looks("preview")
    import_id = _import_id(new)
    _review(new, host, import_id)
    new.go(f"/imports/{import_id}")
    new.click("Import Students")
    new.sees("will be imported within the next 48 hours")
    expect(new.page.locator(".message")).to_be_focused()
    new.looks("scheduled")
    new.click("OK")
    new.page.get_by_role("link", name="View Import Log").wait_for()
    new.looks("completed")
    new.click("View Import Log")
    new.looks("log")
    with new.page.expect_download() as download:
        new.click("Download as CSV")
    assert download.value.suggested_filename == "import-log.csv"
    _undo_match(new)
    old.go("/transfer")
    old.sees("Used")
    old.looks("codes")
    assert old.complaints + new.complaints == []


def _undo_match(new: Person) -> None:
    """Undo the first match of the log, after a no (AFTER-2)."""
    links = new.page.get_by_role("link", name="Undo match")
    count = links.count()
    new.click("Undo match")
    new.sees("Do you want to undo this match?")
    new.looks("undo-match")
    new.click("No, Go Back")
    new.click("Undo match")
    new.click("Yes, Undo")
    new.sees("The match was undone")
    new.looks("log-undone")
    expect(links).to_have_count(count - 1)


def _ask(new: Person) -> None:
    """Choose among the four emails, and fill one in."""
    new.click("View and copy email template")
    new.page.get_by_label("A school network").check()
    new.click("Show this email")
    new.sees("[NAME OF THEIR SCHOOL]")
    new.fill("Your name", "N. Office")
    new.click("Fill in")
    new.sees("N. Office")
    new.looks("email")


def _conflict(
    new: Person, host: Served, import_id: ImportId, mine: str, theirs: str
) -> None:
    """Choose a student whom another administrator has just chosen (REV-2)."""
    wanted = host.world.destination_students[0].key
    new.go(f"/imports/{import_id}/match?incoming={mine}&beside={wanted}")
    actor = host.world.school_administrator
    incoming, chosen = StudentKey(theirs), StudentKey(wanted)
    host.service.choose_match(actor, import_id, incoming, chosen, accept_unlike=True)
    new.click("Choose this match")
    new.sees("That student is already the match of the incoming student")
    new.looks("match-conflict")
    host.service.clear_match(actor, import_id, incoming)


def _review(new: Person, host: Served, import_id: ImportId) -> None:
    """Take a conflict, a search, a choice, and then every flagged student."""
    new.go(f"/imports/{import_id}/matches")
    new.looks("matches")
    actor = host.world.destination_administrator
    matched = host.service.preview(actor, import_id, import_as=ImportAs.MATCHED).rows
    fresh = host.service.preview(actor, import_id, import_as=ImportAs.NEW).rows
    taken = next(row.matched for row in matched if row.matched)
    new.go(f"/imports/{import_id}/match?incoming={fresh[0].source_key}")
    new.looks("match-new")
    new.fill("Names or student ID", taken.student_id)
    new.click("Search")
    new.sees("Match of")
    new.looks("match-search")
    _conflict(new, host, import_id, fresh[0].source_key, fresh[1].source_key)
    new.go(f"/imports/{import_id}/matches?flag=yes")
    new.page.locator("[data-row]").first.click()
    new.looks("match")
    while _flagged(host, import_id):
        new.click("Keep this match")
        new.sees("Saved:")
        if _flagged(host, import_id):
            new.click("Next to review")
    new.sees("No student is left to review.")
    new.looks("match-saved")


def _refused(new: Person, entered: str, said: str) -> None:
    """Enter a code that is not accepted."""
    new.enter(entered)
    new.sees("There is a problem")
    new.sees(said)
    expect(new.page.locator("#error-summary")).to_be_focused()
    assert new.page.title().startswith("Error: ")


def _start(new: Person, code: str) -> None:
    """Enter a code that is accepted, and start the import."""
    new.enter(code)
    new.choose("Enrol students in", OWN_SCHOOL)
    new.click("Continue")
    new.sees("was added to the pending imports")


def test_who_to_be_is_chosen_first(browser: Browser, host: Served) -> None:
    """The demonstration says what it is, and lets nobody in before."""
    one = Person.at(browser, host.address)
    one.go("/")
    one.sees("Who do you want to be?")
    one.looks("choose")
    assert one.complaints == []


def test_every_refusal_cancelling_and_entering_again(
    browser: Browser, host: Served
) -> None:
    """CODE-11 as a person meets it; IMP-2: no, then yes, and the code works again."""
    old, new = _two(browser, host)
    code = old.generate(SCHOOL, "6")

    _refused(new, "ABC", "This is not a transfer code.")
    new.looks("refused")
    last = "1" if code[-1] != "1" else "2"
    _refused(new, code[:-1] + last, "typing error")
    _refused(new, "0" * 25, "is not known")
    _refused(new, new.generate(OWN_SCHOOL, "9"), "your own site")
    new.enter(code)
    new.click("Go Back")
    _start(new, code)
    _refused(new, code, "under way")
    new.go("/")
    new.click("View import")
    import_id = _import_id(new)
    new.page.get_by_role("button", name="Import Students").wait_for()  # by itself
    new.click("Cancel Import")
    new.looks("cancel")
    new.click("No, Go Back")
    new.click("Cancel Import")
    new.click("Yes, Cancel the Import")
    new.sees("The import was cancelled.")
    _start(new, code)
    again = host.service.pending_imports(host.world.destination_administrator)
    assert [one.import_.id for one in again] != [import_id]
    new.page.get_by_role("link", name="View import preview").wait_for()
    assert old.complaints + new.complaints == []


def test_a_code_is_revoked_and_another_used(browser: Browser, host: Served) -> None:
    """CODE-8, CODE-4: what the other administrator then meets."""
    old, new = _two(browser, host)
    code = old.generate(SCHOOL, "6")
    _start(new, code)
    old.go("/transfer")
    old.click("Revoke")
    old.looks("revoke")
    old.click("Yes, Revoke")
    old.sees("will not be accepted any more")
    _refused(new, code, "withdrawn")
    actor = host.world.destination_administrator
    new.go(f"/imports/{host.service.pending_imports(actor)[0].import_.id}")
    new.sees("The transfer code was withdrawn")
    new.looks("withdrawn")
    new.click("Cancel Import")
    used = old.generate(SCHOOL, "5")
    _start(new, used)
    new.page.get_by_role("link", name="View import preview").wait_for()
    new.click("View import preview")
    new.click("Import Students")
    new.sees("need review")
    new.looks("unreviewed")
    new.click("Import Anyway")
    new.click("OK")
    _refused(new, used, "already been used")
    new.go("/none")
    new.sees("There is no such page.")
    new.looks("not-found")
    assert old.complaints + new.complaints == []


def test_two_browsers_race_for_one_code(browser: Browser, host: Served) -> None:
    """CODE-7: both are at the last step with one code; one of them wins."""
    old, first = _two(browser, host)
    code = old.generate(SCHOOL, "6")
    second = Person.at(browser, host.address)
    second.act_as("kingsmead-office")
    for one in (first, second):
        one.enter(code)
        one.choose("Enrol students in", OWN_SCHOOL)
    for one in (first, second):  # both leave before either has an answer
        one.page.locator("main form").evaluate(
            "form => { setTimeout(() => form.submit(), 50); }"
        )
    won, lost = 0, 0
    for one in (first, second):
        one.page.wait_for_url(re.compile(r"(done=started|/imports)$"))
        if "done=started" in one.page.url:
            one.sees("was added to the pending imports")
            won += 1
        else:
            one.sees("is under way")
            lost += 1
    assert (won, lost) == (1, 1)
    pending = host.service.pending_imports(host.world.destination_administrator)
    assert len(pending) == 1
    assert first.complaints + second.complaints == []


def test_duplicates_are_merged_and_that_is_undone(
    browser: Browser, host: Served
) -> None:
    """AFTER-1, AFTER-2: found, previewed, merged, undone; one student is found too."""
    one = Person.at(browser, host.address)
    one.act_as("northgate-office")
    keep, other = host.world.destination_students[:2]
    one.page.get_by_role("link", name="Merge Duplicates").click()
    one.looks("merge-empty")
    one.fill("Names or student ID", keep.student_id)
    one.click("Search")
    one.looks("merge-found")
    one.click("Keep this record")
    one.fill("Names or student ID", other.student_id)
    one.click("Search")
    one.looks("merge-chosen")
    one.click("Merge this record")
    one.sees("Are these two records of one child?")
    one.looks("merge-plan")
    one.press("Merge")
    one.sees("The two records were merged.")
    one.looks("merged")
    one.page.get_by_role("row").get_by_role("link", name="Undo").click()
    one.looks("undo")
    one.click("Yes, Undo")
    one.sees("both records are as they were")
    one.go("/transfer/student")
    one.fill("Names or student ID", keep.student_id)
    one.click("Search")
    one.looks("find-student")
    one.click("Choose")
    one.sees("Who will be transferred")
    assert one.complaints == []


def test_it_works_without_scripts(browser: Browser, host: Served) -> None:
    """The same story with scripts off: links, forms, and loading again."""
    old, new = _two(browser, host, java_script_enabled=False)
    code = old.generate(SCHOOL, "6")
    _start(new, code)
    for _ in range(50):
        new.click("Refresh")
        if new.page.get_by_text("Preview ready").count():
            break
        new.page.wait_for_timeout(100)
    new.click("View import preview")
    new.click("Review and Match Students")
    new.fill("Name", "a")
    new.choose("Flag", "All")
    new.click("Search")
    new.page.locator("[data-row]").first.click()
    new.page.get_by_role("button", name="as a new student").click()
    new.sees("will be imported as a new student")
    new.go(f"/imports/{_import_id(new)}")
    new.click("Import Students")
    new.click("Import Anyway")
    new.sees("within the next 48 hours")
    assert new.page.get_by_role("button", name="Copy").count() == 0


def test_keys_lead_through_the_review(browser: Browser, host: Served) -> None:
    """Arrow keys inside the list; single keys only once they are switched on."""
    old, new = _two(browser, host)
    _start(new, old.generate(SCHOOL, "6"))
    new.page.get_by_role("link", name="View import preview").wait_for()
    new.click("View import preview")
    import_id = _import_id(new)
    new.go(f"/imports/{import_id}/matches")
    new.page.keyboard.press("Tab")
    expect(new.page.get_by_text("Skip to the content")).to_be_focused()
    rows = new.page.locator("[data-row]")
    rows.first.focus()
    new.page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    new.page.keyboard.press("ArrowUp")
    expect(rows.first).to_be_focused()
    new.page.keyboard.press("Enter")
    new.page.wait_for_url(re.compile("/match\\?"))
    new.page.keyboard.press("n")
    assert "done=" not in new.page.url
    new.page.locator("[data-shortcuts]").check()
    new.page.keyboard.press("n")
    new.page.wait_for_url(re.compile("done=new"))
    assert host.service.edits(host.world.destination_administrator, import_id)
    assert new.complaints == []


def test_what_is_copied_is_what_was_shown(browser: Browser, host: Served) -> None:
    """The code and the email, by their buttons, with a word that it was done."""
    allowed = ["clipboard-read", "clipboard-write"]
    old, new = _two(browser, host, permissions=allowed)
    code = old.generate(SCHOOL, "6")
    old.click("Copy")
    old.page.get_by_role("button", name="Copied").wait_for()
    assert old.page.evaluate("navigator.clipboard.readText()") == code
    new.go("/request-data")
    new.click("Copy")
    new.page.get_by_role("button", name="Copied").wait_for()
    text = new.page.evaluate("navigator.clipboard.readText()")
    assert "Dear [ADMINISTRATOR'S NAME]," in text
    assert old.complaints + new.complaints == []
