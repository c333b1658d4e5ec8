"""Unit tests of how names, dates of birth and years are read."""

from collections import Counter
from importlib.resources import files
from itertools import combinations

import pytest
from nicknames import NickNamer

from student_transfer.names import (
    are_two_names,
    class_year,
    family_forms,
    full_names,
    has_no_vowels,
    irish_root,
    is_generation_syllable,
    is_known_birth,
    is_known_name,
    is_romanised,
    is_shared_given,
    is_short_form,
    kin,
    letters_of_arabic,
    listed_full_names,
    name_words,
    normal_words,
    same_year,
    share_full_name,
    skeleton,
    sound,
    spelling,
    usual_share,
    year_number,
)
from student_transfer.names.lexicon import Field, data_lines
from student_transfer.names.sounds import sounds


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ("Amelia", "AMELIA"),
        ("Siân", "Sian"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("O'Brien", "O\u2019Brien"),
        ("O`Brien", "OBrien"),
        ("Anne-Marie", "anne marie"),
        ("Łukasz", "LUKASZ"),
        ("Ｎｏａｈ", "noah"),  # noqa: RUF001 - full-width letters are the case
        ("Đặng", "Dang"),
        ("Straße", "STRASSE"),
        ("  Jack  ", "Jack"),
        ("李娜", "Lina"),
        ("Наталья", "Natalya"),
    ],
)
def test_two_ways_to_write_a_name_have_one_normal_form(
    written: str, otherwise: str
) -> None:
    """Case, accents, apostrophes, hyphens and scripts do not count (MATCH-3)."""
    assert normal_words(written) == normal_words(otherwise) != ()


@pytest.mark.parametrize(
    "apostrophe", list("'`\u00b4\u2018\u2019\u201b\u2032\uff07\u02bc\u02b9\ua78c")
)
def test_an_apostrophe_of_any_kind_does_not_count(apostrophe: str) -> None:
    """Keyboards and word processors have a dozen of them (MATCH-3)."""
    assert normal_words(f"O{apostrophe}Brien") == ("obrien",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("de la Cruz", ("cruz",)),
        ("van der Berg", ("berg",)),
        ("al-Hassan", ("hassan",)),
        ("bin Omar", ("omar",)),
        ("ould Ahmed", ("ahmed",)),
        ("Sian ferch Dafydd", ("sian", "dafydd")),
        ("della Rovere", ("rovere",)),
        ("Noor ul Ain", ("noor", "ain")),
        ("Smith Jr.", ("smith",)),
        ("Smith III", ("smith",)),
        ("Le", ("le",)),
        ("McDonald", ("mcdonald",)),
        ("Ben James", ("ben", "james")),
        ("Miss Amelia", ("amelia",)),
        ("Master Jack", ("jack",)),
        ("Mr. Dr. Smith", ("smith",)),
        ("Miss", ("miss",)),
        ("Mst Fatema", ("fatema",)),
    ],
)
def test_what_rosters_leave_out_is_left_out_where_a_word_remains(
    text: str, words: tuple[str, ...]
) -> None:
    """A particle, suffix or title that rosters write or not tells nobody apart."""
    assert name_words(text) == words


@pytest.mark.parametrize(
    ("apart", "joined"),
    [
        ("Mc Donald", "McDonald"),
        ("Mac Donald", "MacDonald"),
        ("O Connor", "O'Connor"),
        ("St. John", "StJohn"),
        ("Saint John", "St John"),
        ("Abdul Rahman", "Abdulrahman"),
        ("Abdul-Rahman", "Abdulrahman"),
        ("Abdul al Rahman", "Abdulrahman"),
        ("Abu Bakr", "Abubakr"),
    ],
)
def test_a_prefix_is_one_word_with_what_follows(apart: str, joined: str) -> None:
    """Rosters write a prefix joined or apart (MATCH-3)."""
    assert name_words(apart) == name_words(joined)
    assert len(name_words(apart)) == 1


@pytest.mark.parametrize("text", ["O Smith", "Mac Jones", "Abu Sayem", "Mary St"])
def test_a_word_that_is_no_prefix_here_stays_a_word(text: str) -> None:
    """An initial O and a boy called Mac are not joined with what follows."""
    assert len(name_words(text)) == 2


@pytest.mark.parametrize(
    "ways",
    [
        ("Abdul Rahman", "Abdulrahman", "Abdur-Rahman", "Abd al-Rahman", "Abd Rahman"),
        ("Abdirahman", "Abdelrahman", "Abdurrehman", "Abdul Rehman", "Abd ur Rahman"),
        ("Abdul Kareem", "Abdulkarim", "Abdikarim", "Abdelkarim"),
        ("Abdul Salam", "Abdussalam", "Abdus Salam", "Abd us-Salam", "Abdes-Salam"),
        ("Abdul Latif", "Abdulatif", "Abdullateef"),
        ("Abdullah", "Abdallah", "Abdulla", "Abdullahi"),
    ],
)
def test_servant_of_is_written_in_many_ways(ways: tuple[str, ...]) -> None:
    """However the article is heard and joined, it is one name (MATCH-3)."""
    assert len({spelling("".join(name_words(way))) for way in ways}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        "?",
        "N/A",
        "n/a",
        "Unknown",
        "Not known",
        "not provided",
        "None",
        "xxx",
        "x-x x",
        "n a",
        "TEST",
        "Test Student",
        "12345",
        "FNU",
        "NMN",
        "tbc",
        "0 y",
        "Baby",
        "Baby Boy",
        "BABYGIRL",
        "Baby A",
        "Male Child",
        "Twin 2",
        "Girl of",
        "unbekannt",
        "Inconnu",
        "desconocido",
        "nieznane",
        "brak danych",
        "невідомо",
        "неизвестно",
        "bilinmiyor",
        "To be confirmed",
        "To be advised",
        "UKN",
        "No Name Given",
        "Undisclosed",
        "Private",
        "Not Supplied",
        "Only name",
        "Sans prénom",
        "Tidak ada",
        "Không rõ",
        "不明",
        "未知",
        "なし",
        "없음",
        "알 수 없음",
        "مجهول",
        "غير معروف",
        "अज्ञात",
    ],
)
def test_placeholders_are_no_names(text: str) -> None:
    """What stands for "not known" is no evidence (MATCH-5)."""
    assert name_words(text) == ()


@pytest.mark.parametrize(
    "text", ["#NAME?", "#VALUE!", "#REF!", "#N/A", "#DIV/0!", "#BEZUG!", "#NV", "N/K"]
)
def test_what_a_spreadsheet_writes_for_an_error_is_no_name(text: str) -> None:
    """A formula that fails fills many a cell of a column (MATCH-5)."""
    assert name_words(text) == name_words(f" {text.lower()} ") == ()


@pytest.mark.parametrize(
    "text", ["Unknown Unknown", "fnu lnu", "FNU-LNU", "TEST TEST", "Unknown Baby"]
)
def test_a_text_of_placeholders_alone_is_no_name(text: str) -> None:
    """Several words for "not known" say no more than one (MATCH-5)."""
    assert name_words(text) == ()
    assert name_words(f"{text} Khan") != ()


@pytest.mark.parametrize(
    "text",
    [
        "Baby1",
        "Baby 2",
        "BabyA",
        "Baby B",
        "Baby Okonjo",
        "Baby Boy Khan",
        "Baby Girl of Priya",
        "Miss Baby Khan",
        "BBY GIRL KHAN",
        "B/O Priya",
        "b / o Priya",
        "Newborn Smith",
        "Infant of Priya",
        "Son of Priya",
        "Male Infant Khan",
        "Infant Girl Khan",
        "Twin A Khan",
    ],
)
def test_a_child_who_has_no_name_yet_is_called_by_none(text: str) -> None:
    """Many newborns are entered so; what follows is the parents' name (MATCH-5)."""
    assert name_words(text) == ()


@pytest.mark.parametrize(
    "name",
    [
        "Infant Raj",
        "Boy Jan",
        "Son Heung",
        "Female Khan",
        "Twin Oaks",
        "Anna Baby",
        "Rose Private",
        "Babylon Khan",
        "B O Priya",
        "B/Osman",
        "#12 Amelia",
    ],
)
def test_a_name_that_is_near_to_that_of_a_newborn_is_a_name(name: str) -> None:
    """Not every first or last word of a child without a name says so (MATCH-3)."""
    assert name_words(name) == normal_words(name)


@pytest.mark.parametrize(
    "name",
    [
        "Na",
        "Nan",
        "Bo",
        "X",
        "Noa",
        "Tess",
        "Testa",
        "Child",
        "Brak",
        "Twinkle",
        "A B",
        "Young",
        "Nashi",
        "Value",
        "Weizhi",
    ],
)
def test_short_and_odd_names_are_names(name: str) -> None:
    """A name that only looks like a placeholder stays a name."""
    assert name_words(name)


@pytest.mark.parametrize(
    "born",
    [
        (1, 1, 1),
        (1111, 11, 11),
        (1601, 1, 1),
        (1753, 1, 1),
        (1858, 11, 17),
        (1899, 12, 30),
        (1899, 12, 31),
        (1900, 1, 1),
        (1900, 1, 0),
        (1900, 0, 0),
        (1901, 1, 1),
        (1904, 1, 1),
        (1911, 11, 11),
        (1970, 1, 1),
        (1980, 1, 1),
        (2000, 1, 1),
        (2049, 12, 31),
        (2099, 12, 31),
        (9999, 12, 31),
    ],
)
def test_what_programs_write_for_none_is_no_date(born: tuple[int, int, int]) -> None:
    """A placeholder date is no evidence (MATCH-5)."""
    assert not is_known_birth(*born)


@pytest.mark.parametrize(
    "born", [(2014, 1, 1), (2014, 1, 0), (2014, 0, 0), (1914, 3, 5), (1920, 1, 1)]
)
def test_a_real_date_is_known(born: tuple[int, int, int]) -> None:
    """A child's date of birth is known, on the first of January too (MATCH-5)."""
    assert is_known_birth(*born)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("6", 6),
        ("06", 6),
        ("Year 6", 6),
        ("Yr6", 6),
        ("y 10", 10),
        ("Grade 5", 5),
        ("5th", 5),
        ("5th grade", 5),
        ("1st Grade", 1),
        ("G12", 12),
        ("0", 0),
        ("R", 0),
        ("Reception", 0),
        ("KG", 0),
        ("Kindergarten", 0),
        ("Nursery", -1),
        ("PK", -1),
        ("Pre-K", -1),
        ("", None),
        ("Oak class", None),
        ("2014", None),
        ("99", None),
        ("1-2", None),
        ("Mixed 3/4", None),
        ("6 Maple", None),
        ("5.0", 5),
        ("5.00 ", 5),
        ("Year 5.0", None),
        ("5.1", None),
        ("5.0.0", None),
        ("6B", None),
        ("Y6 Maple", None),
    ],
)
def test_years_are_read_as_numbers(text: str, number: int | None) -> None:
    """A year is read in every usual wording, and not guessed where it is unclear."""
    assert year_number(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("6", 6),
        ("6th grade", 6),
        ("K", 0),
        ("6B", 6),
        ("6 b", 6),
        ("10z", 10),
        ("Y6 Maple", 6),
        ("Year 6 - Oak Class", 6),
        ("6 Maple", None),
        ("Y6 or 7", None),
        ("Y1 Reception", None),
        ("1/R", None),
        ("1R", 1),
        ("6BC", None),
        ("Y99 Maple", None),
        ("", None),
    ],
)
def test_the_year_of_a_class_is_read(text: str, number: int | None) -> None:
    """MATCH-2: rosters have the class in place of the year; nothing is guessed."""
    assert class_year(text) == number


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Year 6", "6", True),
        ("Reception", "KG", True),
        ("6", "7", False),
        ("6.0", "Year 6", True),
        ("6B", "6", False),
        ("Oak", "OAK", True),
        ("Oak", "Elm", False),
        ("Oak", "6", False),
        ("6", "Oak", False),
        ("", "", False),
    ],
)
def test_same_year_reads_both_texts(left: str, right: str, *, same: bool) -> None:
    """Two wordings of one year are one year; two blanks are none (CODE-1)."""
    assert same_year(left, right) is same


# Scripts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("李娜", "Lina"),
        ("曾", "Zeng"),
        ("欧阳", "Ouyang"),
        ("田中", "Tanaka"),
        ("たなか", "Tanaka"),
        ("サクラ", "Sakura"),
        ("김", "Kim"),
        ("지호", "Jiho"),
        ("محمد", "Muhammad"),
        ("عمر", "Omar"),
        ("فاطمة", "Fatima"),
        ("דוד", "David"),
        ("כהן", "Cohen"),
        ("राहुल", "Rahul"),
        ("शर्मा", "Sharma"),
        ("कृष्णा", "Krishna"),
        ("सिंह", "Singh"),
        ("ज़ैनब", "Zainab"),
        ("আয়েশা", "Ayesha"),
        ("রহমান", "Rahman"),
        ("ਕੌਰ", "Kaur"),
        ("પટેલ", "Patel"),
        ("அருண்", "Arun"),
        ("ರವಿ", "Ravi"),
        ("അരുൺ", "Arun"),
        ("Παπαδόπουλος", "Papadopoulos"),
        ("Άγγελος", "Angelos"),
        ("Дмитро", "Dmitro"),
        ("ლუკა", "Luka"),
        ("Անի", "Ani"),
        ("ዳዊት", "Dawit"),
        ("Phạm", "Pham"),
    ],
)
def test_a_script_is_written_in_latin_letters(native: str, latin: str) -> None:
    """A name in its own script has the normal form of its usual spelling (MATCH-3)."""
    assert normal_words(native) == normal_words(latin)


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("أحمد", "ahmed"),
        ("שרה", "sara"),
        ("איתן", "ethan"),
        ("Юлія", "julia"),
        ("Сергій", "sergey"),
        ("Микола", "mykola"),
        ("Володимир", "volodymyr"),
        ("Γιώργος", "yiorgos"),
        ("გიორგი", "giorgi"),
        ("ਗੁਰਪ੍ਰੀਤ", "gurpreet"),
        ("ਹਰਪ੍ਰੀਤ", "harpreet"),
        ("दीपक", "deepak"),
        ("আক্তার", "akhter"),
        ("চৌধুরী", "choudhury"),
        ("ফাতেমা", "fatema"),
        ("लक्ष्मी", "laxmi"),
    ],
)
def test_a_script_gives_a_spelling_of_the_name(native: str, latin: str) -> None:
    """Where there are many Latin spellings the script gives one of them (MATCH-3)."""
    [word] = name_words(native)
    assert spelling(word) == spelling(latin)


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("يعقوب", "yaqub"),
        ("كريمة", "karima"),
        ("الياس", "ilyas"),
        ("عبد الرحمن", "abdurrahman"),
        ("גולדשטיין", "goldstein"),
        ("אורית", "orit"),
        ("สมชาย", "somchai"),
        ("முருகன்", "murukan"),
        ("Кравченко", "kravchenko"),
        ("Щербаков", "shcherbakov"),
        ("ゆうと", "yuto"),
    ],
)
def test_a_script_without_vowels_has_the_skeleton_of_the_name(
    native: str, latin: str
) -> None:
    """What is not written as it is spoken is found by its consonants (MATCH-3)."""
    [word] = name_words(native)
    assert skeleton(word) == skeleton(latin)


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("الغامدي", ("ghamdy",)),
        ("العلي", ("ali",)),
        ("الياس", ("ilyas",)),
        ("الفت", ("alft",)),
        ("عبد الله", ("abdullah",)),
        ("عبد الجبار", ("abduljbar",)),
        ("بن علي", ("ali",)),
        ("رهف", ("rehf",)),
        ("لا يوجد", ()),
    ],
)
def test_an_arabic_article_is_a_particle(native: str, latin: tuple[str, ...]) -> None:
    """As in Latin letters; a name that begins with its letters has none (MATCH-3)."""
    assert name_words(native) == latin


@pytest.mark.parametrize(
    ("native", "names"),
    [
        ("عماد", "emad imad"),
        ("إياد", "eyad iyad"),
        ("إسراء", "israa esraa"),
        ("عزام", "azzam azam"),
        ("حجازي", "hegazy hijazi hedjazi"),
        ("شاهين", "shaheen chahine"),
        ("منى", "mona muna"),
        ("المصرى", "masri masry"),
        ("جاوید", "javed jawed javaid"),
        ("خواجہ", "khawaja khwaja"),
        ("بشرى", "bushra"),
        ("صهيب", "suhaib sohayb"),
        ("وليد", "waleed"),
    ],
)
def test_arabic_letters_are_romanised_in_many_ways(native: str, names: str) -> None:
    """Short vowels and doubled letters are not written there (MATCH-3)."""
    written = letters_of_arabic(native).removeprefix("al-")
    assert [name for name in names.split() if not is_romanised(written, name)] == []


@pytest.mark.parametrize(
    ("native", "name"),
    [
        ("وسيم", "wasima"),  # a girl's name has its ending written
        ("وسيمة", "wasim"),
        ("رامي", "reem"),  # a long vowel is written
        ("ماهر", "mhr"),
        ("ماهر", "mahir bek"),
        ("سماء", "asma"),
        ("علا", "ola"),  # of one consonant it is not said
    ],
)
def test_what_arabic_letters_say_is_in_the_name(native: str, name: str) -> None:
    """Names of brothers and sisters have the same consonants (MATCH-4)."""
    written = letters_of_arabic(native)
    assert written
    assert not is_romanised(written, name)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("wy" * 40, "ui" * 80),
        ("mywm" * 40, "maiouiom" * 40 + "q"),
        ("szth" * 40, "s" * 400 + "t" * 400),
    ],
)
def test_no_arabic_name_takes_long(written: str, name: str) -> None:
    """Names come from files, and one may be made to be slow."""
    assert not is_romanised(written, name)


@pytest.mark.parametrize(
    "written",
    ["a" + "b" * 30_000 + "e", "i" * 30_000 + "va", f"{' ' * 20_000}n{' ' * 20_000}x"],
)
def test_no_name_takes_long(written: str) -> None:
    """A cell of a file may have thousands of letters, and hold nobody up."""
    assert has_no_vowels(written) is (" " in written)
    assert sounds([written])
    assert isinstance(kin(written), set)
    assert name_words(written)


@pytest.mark.parametrize(
    ("word", "unvoiced"),
    [("krymh", True), ("ahmd", True), ("amy", False), ("ali", False), ("amr", False)],
)
def test_a_word_in_consonants_alone_is_known(word: str, *, unvoiced: bool) -> None:
    """A vowel that begins a word is written in Arabic and Hebrew too."""
    assert has_no_vowels(word) is unvoiced


@pytest.mark.parametrize("name", ["kurt", "clark", "klaus", "trey", "zsolt"])
def test_a_known_name_is_no_syllable_that_a_family_shares(name: str) -> None:
    """A short name of its own may be all that a child is called (MATCH-4)."""
    assert not is_generation_syllable(name)


# Irish family names -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "root"),
    [
        ("Ó Murchú", "murchu"),
        ("Ní Mhurchú", "murchu"),
        ("Uí Mhurchú", "murchu"),
        ("Mac Cárthaigh", "carthaigh"),
        ("Nic Chárthaigh", "carthaigh"),
        ("Ó hÉilí", "eili"),
        ("Ní Éilí", "eili"),
        ("Murphy", ""),
        ("Mary Murphy", ""),
        ("", ""),
    ],
)
def test_an_irish_name_is_one_for_sons_and_daughters(name: str, root: str) -> None:
    """What Ní and Nic change in the first letter is taken back (MATCH-3)."""
    assert irish_root(name_words(name)) == root


# Spellings --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        "mohammed muhamad mohamud mohd md",
        "hussain hussein hossain huseyin",
        "yusuf yousaf youssef",
        "chowdhury choudhury chaudhry choudhry",
        "sheikh shaikh sheik",
        "ali cali",
        "farah faarax",
        "mohamed maxamed",
        "mahmoud maxamuud",
        "aisha caasha",
        "said saciid",
        "abdi cabdi",
        "abdirahman cabdiraxmaan",
        "osman cismaan",
        "jama jaamac",
        "hersi xirsi",
        "qureshi quraishi koreshi",
        "siddiqui siddiqi siddique",
        "rahman rehman",
        "akhtar akhter aktar",
        "begum begom",
        "miah miya meah",
        "uddin udin",
        "katarzyna catherine kathryn katherine",
        "stephen steven",
        "sean shaun shawn",
        "oconnor oconner",
        "mcdonald macdonald",
        "mcintosh macintosh mackintosh",
        "macaulay mcaulay",
        "kowalski kowalska",
        "nowicki nowicka",
        "zawadzki zawadzka",
        "zelensky zelenska zelenskyy zelenskyi zelenskaya",
        "ivanov ivanova",
        "medvedev medvedeva",
        "oleksandr aleksandr alexander",
        "serhii sergei sergey",
        "mykola nikolai",
        "semyon semen semjon",
        "fyodor fedor fjodor",
        "mykhailo mihajlo",
        "georgy georgij georgii",
        "volodymyr vladimir",
        "yuliia yulia julia",
        "muller mueller",
        "gonzalez gonzales",
        "nguyen nguyn",
    ],
)
def test_spellings_of_a_name_have_one_that_stands_for_them(names: str) -> None:
    """Romanisations, old spellings and endings for women are one name (MATCH-3)."""
    assert len({spelling(name) for name in names.split()}) == 1


@pytest.mark.parametrize(
    "names",
    [
        "hassan hussain",
        "hassan hasnain",
        "mohammed mahmood ahmed hamid",
        "mehmet muhammad",
        "sophie sophia",
        "thompson thomson",
        "gomez gomes",
        "emily emilia amelia amelie",
        "natalia natalie natasha",
        "inaya anaya",
        "maya mia mila myla",
        "leah leia lia",
        "jasper casper",
        "saeed saad sayed",
        "nasir nazir",
        "amir aamir",
        "shahid shaheed",
        "anis anish",
        "zain zane zayan",
        "zara zahra",
        "camilla camille",
        "martin martina",
        "justin justina",
        "shevchenko shevchuk",
        "maciej macy machado",
        "nova neva eva",
        "rebecca erica",
        "abdulkarim abdulrahim abdulhakim abdullah",
        "franciszka nikita",
    ],
)
def test_other_names_have_other_spellings(names: str) -> None:
    """Names that brothers and sisters bear are not merged, nor what ends alike."""
    words = names.split()
    assert len({spelling(name) for name in words}) == len(words)


def test_a_word_is_on_one_line_of_spellings_only() -> None:
    """Otherwise two names would be merged through it (MATCH-4)."""
    lines = [*data_lines("spellings.csv"), *data_lines("family_spellings.csv")]
    counted = Counter(word for line in lines for word in line)
    assert [word for word, times in counted.items() if times > 1] == []


# Family names -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("wang", "wong"),
        ("zhang", "cheung"),
        ("zhang", "chang"),
        ("li", "lee"),
        ("xu", "hsu"),
        ("zhao", "chao"),
        ("chen", "chan"),
        ("huang", "wong"),
        ("lee", "rhee"),
        ("park", "bak"),
        ("choi", "choe"),
        ("sato", "satoh"),
        ("novak", "novakova"),
        ("svoboda", "svobodova"),
        ("hajek", "hajkova"),
        ("petrov", "petrova"),
        ("kazlauskas", "kazlauskaite"),
        ("kazlauskas", "kazlauskiene"),
        ("papadopoulos", "papadopoulou"),
        ("petridis", "petridou"),
        ("georgiadis", "georgiadou"),
        ("alhassan", "hassan"),
        ("schaeuble", "schauble"),
        ("koerner", "korner"),
        ("thorvaldsen", "thorvaldsen"),
        ("chowdhury", "choudhary"),
    ],
)
def test_family_names_that_may_be_one(left: str, right: str) -> None:
    """Romanisations, endings for women, the article and umlauts (MATCH-3)."""
    assert _share_a_form(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("wang", "huang"),
        ("zhang", "zheng"),
        ("chan", "cheung"),
        ("kim", "park"),
        ("ross", "rossa"),
        ("smith", "jones"),
        ("silva", "silver"),
        ("alford", "ford"),
        ("nova", "novak"),
        ("white", "whitas"),
        ("sanz", "saenz"),
        ("thompson", "thomson"),
        ("theofilou", "theofilos"),
    ],
)
def test_family_names_that_are_two(left: str, right: str) -> None:
    """What shares a form with both does not make two family names one (MATCH-4)."""
    assert not _share_a_form(left, right)


def _share_a_form(left: str, right: str) -> bool:
    return not family_forms(left).isdisjoint(family_forms(right))


def test_a_form_is_what_two_family_names_share() -> None:
    """Storage and scoring can compare sets instead of asking for each pair."""
    assert "=wang" in family_forms("wong") & family_forms("wang")
    assert family_forms("smith") >= {"smith"}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("wong", "wang"),
        ("cheung", "zhang"),
        ("hsu", "xu"),
        ("abdurrahman", "rahman"),
        ("kowalska", "kowalski"),
        ("novakova", "novak"),
        ("papadopoulou", "papadopoulos"),
        ("mueller", "muller"),
    ],
)
def test_family_names_that_may_be_one_are_found(left: str, right: str) -> None:
    """The skeleton is alike for what may be one name (PREV-5)."""
    assert skeleton(left) == skeleton(right)


# Short forms ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("bill", "william"),
        ("paddy", "patrick"),
        ("kasia", "katarzyna"),
        ("gosia", "malgorzata"),
        ("pepe", "jose"),
        ("paco", "francisco"),
        ("ze", "jose"),
        ("pippo", "filippo"),
        ("mo", "mohamud"),
        ("ibby", "ibrahim"),
        ("abs", "abdullah"),
        ("rahman", "abdurrahman"),
        ("jas", "jaspreet"),
        ("sasha", "oleksandr"),
        ("nastya", "anastasiia"),
        ("zhenya", "yevhen"),
        ("ibo", "ibrahim"),
        ("memo", "mehmet"),
        ("shmuli", "shmuel"),
        ("yossi", "yosef"),
        ("kobby", "kwabena"),
        ("tobi", "oluwatobi"),
        ("kunle", "adekunle"),
        ("dai", "dafydd"),
        ("guto", "gruffydd"),
        ("fred", "freddie"),
    ],
)
def test_short_forms_are_known_both_ways(short: str, full: str) -> None:
    """A pet form is found whichever record has it (MATCH-3)."""
    assert is_short_form(short, full)
    assert is_short_form(full, short)


def test_the_package_adds_short_forms_of_names_that_are_not_listed() -> None:
    """Rare English names come with their short forms too (MATCH-3)."""
    assert is_short_form("zeb", "zebedee")
    assert "ebenezer" in full_names("eb")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sarah", "sadie"),
        ("john", "jack"),
        ("margaret", "daisy"),
        ("eleanor", "nora"),
        ("isabella", "ella"),
        ("amelia", "amy"),
        ("sophia", "sophie"),
        ("william", "liam"),
        ("emily", "millie"),
        ("abdulrahman", "abdul"),
        ("priyanka", "priya"),
        ("charlotte", "charlie"),
        ("alfred", "freddie"),
        ("reuben", "ben"),
    ],
)
def test_an_old_pet_form_that_is_a_name_of_its_own_is_no_short_form(
    left: str, right: str
) -> None:
    """Twins are called Sarah and Sadie (MATCH-4)."""
    assert not is_short_form(left, right)
    assert not is_short_form(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("louis", "louise"),
        ("paul", "polly"),
        ("aaron", "erin"),
        ("andrew", "randy"),
        ("william", "bela"),
        ("robert", "bill"),
        ("leo", "leonie"),
        ("emily", "emma"),
        ("jack", "jake"),
        ("isabella", "eesa"),
        ("wei", "david"),
    ],
)
def test_pairs_that_are_no_forms_at_all(left: str, right: str) -> None:
    """Names of a brother and a sister, and what genealogists note (MATCH-4)."""
    assert not is_short_form(left, right)


def test_of_two_names_that_are_listed_the_package_makes_no_short_form() -> None:
    """Another version of the package can add nothing between names we know."""
    ours = {
        frozenset((spelling(full), form))
        for full, *shorts in data_lines("diminutives.csv")
        for short in shorts
        for form in (short, spelling(short))
    }
    for short, names in NickNamer().canonical_lookup.items():
        for full in filter(is_known_name, names):
            pairs = {frozenset((spelling(full), s)) for s in (short, spelling(short))}
            if is_known_name(short) and ours.isdisjoint(pairs):
                assert spelling(full) not in full_names(short)


def test_no_listed_form_is_one_that_is_ruled_out() -> None:
    """What is ruled out, with the reason beside it, is not in our own files."""
    ruled_out = {
        frozenset((spelling(full), spelling(other)))
        for full, *others in data_lines("no_short_forms.csv")
        for other in others
    }
    for full, *forms in data_lines("diminutives.csv"):
        pairs = {frozenset((spelling(full), spelling(form))) for form in forms}
        assert ruled_out.isdisjoint(pairs)


def test_the_likeliest_full_names_come_first() -> None:
    """Where only some can be looked for, it is the usual ones (PREV-5)."""
    assert listed_full_names("bill")[0] == "william"
    assert listed_full_names("mo")[0] == "muhammad"
    assert set(listed_full_names("fred")) >= {"frederick", "alfred", "wilfred"}


def test_two_short_forms_of_a_name_are_not_short_forms_of_each_other() -> None:
    """Liz and Beth may be two girls, though both are Elizabeth (MATCH-4)."""
    assert share_full_name("liz", "beth")
    assert not is_short_form("liz", "beth")


@pytest.mark.parametrize(
    "names",
    [
        "jayden kayden",
        "hassan hussain hasnain",
        "ella emma ellie elsie",
        "mia tia lia nia",
        "ava eva ada",
        "oliver olivia olive",
        "amelia amelie emilia emily",
        "noah noa",
        "muhammad mahmood ahmed",
        "anaya inaya aaliyah",
        "chidera chidinma",
        "taiwo kehinde",
        "santiago thiago mateo",
        "zuzanna hanna anna",
        "jan jakub",
        "wei lei mei",
        "arjun arnav aarav",
        "yusuf yunus",
        "najibullah naqibullah nasibullah",
        "rajanpreet ramanpreet",
        "haoran haoxuan haotian",
    ],
)
def test_names_that_brothers_and_sisters_bear_are_two_names(names: str) -> None:
    """Two known names are not taken for a typing error (MATCH-4)."""
    for left, right in combinations(names.split(), 2):
        assert are_two_names(left, right)
        assert not is_short_form(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("amelia", "amelai"), ("ahmed", "ahmad"), ("tom", "thomas")],
)
def test_a_slip_a_spelling_and_a_short_form_are_not_two_names(
    left: str, right: str
) -> None:
    """What is one name written twice is not taken for two names (MATCH-3)."""
    assert not are_two_names(left, right)


# Shares -----------------------------------------------------------------------------


def test_a_name_that_is_not_listed_is_taken_for_rare_but_not_for_unique() -> None:
    """The rarer the name the more it tells, so an unknown one errs on the safe side."""
    assert usual_share("family", "smith") > usual_share("family", "zygmunt") >= 0.0005
    assert usual_share("given", "olivia") > usual_share("given", "zygmunt") >= 0.0005
    assert usual_share("middle", "rose") > usual_share("middle", "zygmunt") >= 0.0005


@pytest.mark.parametrize("field", ["given", "middle", "family"])
def test_the_shares_of_the_listed_names_are_those_of_one_city(field: Field) -> None:
    """They add up to no more than everybody, and each is a normal word in one class."""
    text = files("student_transfer").joinpath("data", "name_shares.csv")
    lines = [
        line.split()
        for line in text.read_text("utf-8").splitlines()
        if line.startswith(field)
    ]
    words = [word for line in lines for word in line[2:]]
    assert len(words) == len(set(words))
    assert all(normal_words(word) == (word,) for word in words)
    assert 0.2 < sum(usual_share(field, word) for word in words) < 1


@pytest.mark.parametrize(
    "file",
    [
        "customary_middle_names.csv",
        "diminutives.csv",
        "family_spellings.csv",
        "generation_syllables.csv",
        "given_names.csv",
        "no_short_forms.csv",
        "particles.csv",
        "placeholders.csv",
        "romanisations.csv",
        "shared_given_names.csv",
        "spellings.csv",
        "titles.csv",
    ],
)
def test_data_files_hold_normal_words(file: str) -> None:
    """A word in another form would never be met."""
    for line in data_lines(file):
        for word in line:
            assert normal_words(word) == (word,)


def test_each_name_that_a_family_shares_is_known_in_every_spelling() -> None:
    """MATCH-4: as Nur and Noor, whichever of them a file has."""
    listed = [word for line in data_lines("shared_given_names.csv") for word in line]
    assert [word for word in listed if not is_shared_given(word)] == []
    assert is_shared_given("noor")


# Sounds -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("philippa", "filipa"),
        ("zainab", "zeynab"),
        ("schroder", "shroder"),
        ("kowalczyk", "kovalchik"),
        ("mueller", "muller"),
        ("thompson", "thomson"),
        ("gomez", "gomes"),
        ("alexei", "aleksei"),
        ("volodymyr", "volodimir"),
        ("jorgensen", "joergensen"),
    ],
)
def test_spellings_that_nobody_listed_sound_alike(left: str, right: str) -> None:
    """The sound finds transliterations that no list has (MATCH-3)."""
    assert sound(left) == sound(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("hassan", "hussain"), ("daniel", "danielle"), ("martin", "martina")],
)
def test_names_of_brothers_and_sisters_do_not_sound_alike(
    left: str, right: str
) -> None:
    """Vowels count in the sound: Hassan is not Hussain (MATCH-4)."""
    assert sound(left) != sound(right)


def test_many_words_sound_as_each_of_them() -> None:
    """Working on them together saves time and changes nothing; there may be none."""
    words = ["czeslaw", "alexei", "schroder", "h", "noah", "hassan", "gomez", "anna"]
    assert sounds(words) == [sound(word) for word in words]
    assert sounds([]) == []


def test_a_word_without_a_sound_keeps_its_letters() -> None:
    """Even a name of silent letters can be found: no skeleton is blank."""
    assert skeleton("h") == "h"
