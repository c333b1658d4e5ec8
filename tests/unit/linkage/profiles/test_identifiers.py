"""Unit tests of identifiers in the form in which they are compared."""

import pytest

from student_transfer.linkage.profiles.identifiers import (
    address_words,
    area,
    email,
    house,
    is_checked,
    is_uln,
    is_unit,
    is_upn,
    local_id,
    national_id,
    postcode,
    upn_letter,
)


@pytest.mark.parametrize(
    "text",
    ["", "WA", "12345", "ABCDEFGH", "999999999", "121212", "n/a", "CA-201", "unknown"],
)
def test_what_cannot_identify_a_child_is_no_national_identifier(text: str) -> None:
    """A state's name or a filler in the column is no evidence (MATCH-5)."""
    assert national_id(text) == ""


@pytest.mark.parametrize(
    "text", ["1.23457E+11", "1,23457e+11", " 2E+09 ", "1234567", "0123456789"]
)
def test_what_several_have_is_no_national_identifier(text: str) -> None:
    """A spreadsheet's rounding, or a number typed to fill the cell (MATCH-4, MATCH-5).

    Twins who are numbered in a row are rounded to one number.
    """
    assert national_id(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Pending 2024",
        "PENDING2024",
        "TBC-2024",
        "Not issued 2024",
        "applied 09/2023",
        "see file 2023",
        "Exempt 12/03/2024",
        "N/A 2024",
        "NOUPN2023",
        "no UPN 2023/24",
        "requested: 09/2023",
        "EHCP-2023/24",
        "2023 pending",
        "申请中 2023-09",
        "987654321",
    ],
)
def test_a_remark_is_no_national_identifier(text: str) -> None:
    """What stands where a number is not known yet makes nobody one (MATCH-1)."""
    assert national_id(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        *("GODE561231HDFRRN09", "RSSMRA85T10A562S", "QQ123456C", "WA1234567"),
        *("X1234567L", "1234567NA", "TEST561231HDFRRN09", "ST20150042"),
        *("WA2014", "SAIS12345687", "NA123456C", "LON123456"),
    ],
)
def test_letters_are_part_of_an_identifier(text: str) -> None:
    """Even those of a name, as the numbers of some countries have (MATCH-2)."""
    assert national_id(text) == text


@pytest.mark.parametrize(
    "text",
    ["noemail@noemail.com", "no-email@x.org", "None@none.com", "do.not.reply@x.org"],
)
def test_an_address_that_says_there_is_none_is_none(text: str) -> None:
    """MATCH-5: two children with such an address have nothing in common."""
    assert email(text) == ""


def test_a_fraction_of_nothing_is_no_part_of_an_identifier() -> None:
    """Programs that take it for a number write one (MATCH-3)."""
    assert national_id("4711828.0") == national_id("4711828") == "4711828"
    assert national_id("4711828.00") == "4711828"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("283.045.671-90", "28304567190"),
        ("283.456.071-90", "28345607190"),
        ("283.045.671.0", "2830456710"),
        ("2830.045671", "2830045671"),
        ("4711.000", "4711000"),
        ("4711828.05", "471182805"),
        ("H4711828.0", "H47118280"),
    ],
)
def test_a_nought_inside_an_identifier_is_part_of_it(text: str, normal: str) -> None:
    """Two children whose numbers have dots are not one for a nought (MATCH-1)."""
    assert national_id(text) == normal


@pytest.mark.parametrize(
    "text", ["No fixed abode", "N.F.A.", "n/a", "Homeless", "c/o School Office"]
)
def test_what_several_write_is_no_address(text: str) -> None:
    """It is where no family lives, and where several children do (MATCH-4, MATCH-5)."""
    assert address_words(text) == ()
    assert address_words(f"{text} Cottage") != ()


@pytest.mark.parametrize(
    "text",
    ["H801200001001", "h801-2000-01001", " H801 200001001 ", "Ｈ801200001001"],  # noqa: RUF001 - a wide letter
)
def test_a_national_identifier_is_one_however_it_is_written(text: str) -> None:
    """Case, blanks, hyphens and wide letters do not count (MATCH-3)."""
    assert national_id(text) == "H801200001001"


def test_the_check_letter_of_a_pupil_number_is_verified() -> None:
    """A UPN with a wrong letter, a wrong digit or a wrong shape is none (MATCH-2)."""
    assert is_upn("H801200001001")
    assert is_upn("U80120000100A")
    for wrong in ("H801200001002", "A801200001001", "H80120000100", "I801200001001"):
        assert not is_upn(wrong)


@pytest.mark.parametrize(
    ("digits", "letter"), [("100000000000", "C"), ("000000000001", "P")]
)
def test_the_check_letter_of_a_pupil_number(digits: str, letter: str) -> None:
    """MATCH-2: the first digit weighs 2 and the last 13; I, O and S are not used."""
    assert upn_letter(digits) == letter


@pytest.mark.parametrize("place", range(1, 13))
def test_every_digit_of_a_pupil_number_counts_for_its_letter(place: int) -> None:
    """One wrong digit anywhere is noticed (MATCH-2)."""
    right = "H801200001001"
    wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
    assert not is_upn(wrong)


@pytest.mark.parametrize("number", ["1000000043", "1000001120", "1000002976"])
def test_a_learner_number_with_the_right_check_digit_is_one(number: str) -> None:
    """The ten digits, weighted by 10 to 1, leave 10 modulo 11 (MATCH-2)."""
    total = sum(
        int(digit) * weight
        for digit, weight in zip(number, range(10, 0, -1), strict=True)
    )
    assert total % 11 == 10
    assert is_uln(number)
    assert is_checked(number)


@pytest.mark.parametrize(
    "number", ["1000000042", "0000000043", "100000004", "1000000050", "A000000043"]
)
def test_another_number_is_no_learner_number(number: str) -> None:
    """A wrong check digit, a wrong length or a first zero is told (MATCH-2)."""
    assert not is_uln(number)
    assert not is_checked(number)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        ("00123", "123"),
        ("N/A", ""),
        ("-", ""),
        ("0", ""),
        ("unknown", ""),
        ("0.0", ""),
        ("1001.0", "1001"),
        ("01001.0 ", "1001"),
        ("1.001", "1.001"),
        ("1.23457E+11", ""),
        ("1+1", "1+1"),
        ("ASmith", "asmith"),
        (" 7 ", "7"),
        ("Ng.Zoë", "ng.zoë"),
    ],
)
def test_a_local_id_has_a_normal_form(text: str, normal: str) -> None:
    """Leading zeros and case do not count, and a placeholder is none (MATCH-5)."""
    assert local_id(text) == normal


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        ("none", ""),
        ("n/a", ""),
        ("@", ""),
        (" A@Example.ORG ", "a@example.org"),
        ("ZOË@example.org", "zoë@example.org"),
    ],
)
def test_an_email_has_a_normal_form(text: str, normal: str) -> None:
    """What is no address is no evidence (MATCH-5)."""
    assert email(text) == normal


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        ("b13 9qx", "B139QX"),
        ("B13-9QX", "B139QX"),
        ("90210-1234", "90210"),
        ("902101234", "90210"),
        ("n/a", ""),
        ("00000", ""),
        ("B1", ""),
        ("2479", "02479"),
        ("D02", "D02"),
    ],
)
def test_a_postcode_has_a_normal_form(text: str, normal: str) -> None:
    """Blanks and the four further digits of a ZIP code do not count (MATCH-5)."""
    assert postcode(text) == normal


@pytest.mark.parametrize("text", ["02134", "2134", "2134.0", " 2134.00", "02134-0001"])
def test_a_nought_that_a_program_left_out_is_put_back(text: str) -> None:
    """A ZIP code is one as text and as a number, and not the one in its digits."""
    assert postcode(text) == "02134"
    assert postcode("21340") == "21340"


def test_a_postcode_tells_its_area_and_whether_it_is_of_few_homes() -> None:
    """A British postcode is a dozen homes, one of digits a town (MATCH-5)."""
    assert (area("B139QX"), area("90210")) == ("B13", "902")
    assert [is_unit(code) for code in ("B139QX", "90210", "D02X285")] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("Unknown", ()),
        ("n/a", ()),
        ("14 Mill Street", ("14", "mill", "st")),
        ("Apt 2, 14 Mill St.", ("2", "14", "mill", "st")),
        ("Mill Cottage", ("mill", "cottage")),
        ("0", ("0",)),
    ],
)
def test_an_address_is_its_telling_words(text: str, words: tuple[str, ...]) -> None:
    """Short forms are alike, and a placeholder has no words (MATCH-5)."""
    assert address_words(text) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("217 Rees Place", ("217", "rees")),
        ("14a Mill Street", ("14a", "mill")),
        ("2 Flat 50 Mill Rd", ("2", "mill")),
        ("14 Öl Street", ("14", "ol")),
        ("3 Flat Mill Street", ("3", "mill")),
        ("Flat 2, 50 Mill Rd", ("2", "mill")),
        ("2/50 Mill Rd", ("2", "mill")),
        ("Mill Cottage", None),
        ("", None),
        ("Hoseason Street, Yarrambah", ("yarrambah", "hoseason")),
        ("217 Rées Place", ("217", "rees")),
        ("Goetheweg 129", ("129", "goetheweg")),
        ("Hauptstraße 12, 10115 Berlin", ("12", "haupt")),
        ("Haupt-Str. 12b\nBerlin", ("12b", "haupt")),
        ("12 Hauptstr.", ("12", "haupt")),
        ("Lindenstr. Nr. 5 a", ("5", "linden")),
        ("ul. Długa 5/7", ("5", "dluga")),
        ("Rua das Flores, 100 - Centro", ("100", "flores")),
        ("R. das Flores, nº 100, Centro", ("100", "flores")),
        ("C/ Mayor 5, 3º B", ("5", "mayor")),
        ("Via Roma 12 Milano", ("12", "roma")),
        ("Mill Road, 12", ("12", "mill")),
        ("Mill House 12 High St", ("12", "high")),
        ("The Laurels, 12, High St", ("12", "high")),
        ("Mill Court 12, High St", ("12", "high")),
        ("H.No. 12, Gandhi Road", ("12", "gandhi")),
        ("Hoseason Street, Yarrambah 3021", None),
        ("Hoseason Street 3021", None),
    ],
)
def test_a_house_is_number_and_street(text: str, found: tuple[str, str] | None) -> None:
    """A house without a number is told by the place, if there is one."""
    assert house(text) == found
