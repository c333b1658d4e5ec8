"""The words of the pages: British in the source, others by catalogues of gettext."""

from io import BytesIO
from pathlib import Path
from typing import Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

Wording = Literal["en_GB", "en_US"]
"""``en_GB`` says school, year and enrol; ``en_US`` district, grade and enroll."""

_FOLDER = Path(__file__).parent / "locale"


def translations(wording: Wording) -> NullTranslations:
    """Return the catalogue of a wording; the source's own words need none.

    Raises:
        ValueError: There is no such wording.
    """
    if wording == "en_GB":
        return NullTranslations()
    path = _FOLDER / wording / "LC_MESSAGES" / "student_transfer.po"
    if wording not in {"en_GB", "en_US"} or not path.is_file():
        raise ValueError(f"there is no wording {wording!r}: give en_GB or en_US")
    with path.open("rb") as file:
        catalogue = read_po(file, locale=wording)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(fp=compiled, domain="student_transfer")
