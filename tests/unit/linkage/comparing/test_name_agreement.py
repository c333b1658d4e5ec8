"""Unit tests of how well two names agree."""

import pytest

from student_transfer.linkage.comparing.levels import AGREEING, Level
from student_transfer.linkage.comparing.name_agreement import (
    FAMILY_NAMES,
    GIVEN_NAMES,
    are_unlike,
    name_level,
)
from student_transfer.linkage.profiles.profile import Name
from student_transfer.names import is_known_name


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("Amelia", "", Level.MISSING),
        ("Unknown", "Unknown", Level.MISSING),
        ("Baby Okonjo", "Baby Okonjo", Level.MISSING),
        ("Amelia", "AMÉLIA", Level.EXACT),
        ("Anne-Marie", "Annemarie", Level.EXACT),
        ("A", "Amelia", Level.INITIAL),
        ("A", "B", Level.DIFFERENT),
        ("B", "Amelia", Level.DIFFERENT),
        ("Mohammed", "Muhamad", Level.RESPELT),
        ("Mohammed Ali", "Muhammad Aly", Level.RESPELT),
        ("Mohammed Ali", "Ali Muhammad", Level.LOOK_ALIKE),
        ("Ji Min", "Min Ji", Level.LOOK_ALIKE),
        ("Anna-Maria", "Maria Anna", Level.LOOK_ALIKE),
        ("Al Rahman", "Alrahman", Level.RESPELT),
        ("Philipa", "Filippa", Level.SOUNDS_ALIKE),
        ("Zac", "Zack", Level.ONE_EDIT),  # which says more than that it sounds alike
        ("Mia J", "Jada", Level.DIFFERENT),  # an initial is no name
        ("Mia J", "Mia Jade", Level.RESPELT),
        ("Mia J", "Jade Mia", Level.LOOK_ALIKE),
        ("Mia J", "J. Mia", Level.RESPELT),  # it stands before the name or after it
        ("A B", "Adam", Level.DIFFERENT),
        ("M J", "Mark John", Level.INITIAL),
        ("Lilly Mae", "Lily-May", Level.SOUNDS_ALIKE),
        ("Thomas", "Tom", Level.SHORT_FORM),
        ("Mohamed", "Mo", Level.SHORT_FORM),
        ("Aleksandra", "Ola", Level.SHORT_FORM),
        ("Séamus", "James", Level.SHORT_FORM),
        ("Amanpreet", "Aman", Level.SHORT_FORM),
        ("Thomas James", "Tom James", Level.RESPELT),
        ("Muhammad Hamza", "Mo Hamza", Level.RESPELT),
        ("Muhammad Hamza", "Mo", Level.LOOK_ALIKE),
        ("Mohammed Hamza", "Mo", Level.LOOK_ALIKE),
        ("Moses Paul", "Mo", Level.PART),
        ("Thomas J", "Thomas James", Level.RESPELT),
        ("Amelia", "Amelai", Level.ONE_EDIT),
        ("Jamse", "James", Level.ONE_EDIT),
        ("Jhon", "Jhno", Level.ONE_EDIT),
        ("Oluwaseun", "Oluwaseum", Level.ONE_EDIT_LONG),
        ("Oluwaseun", "Oluwesuen", Level.TWO_EDITS),
        ("Christopherson", "Christop", Level.TRUNCATED),
        ("Mary Jane", "Mary", Level.PART),
        ("Kassem Kareem", "Qassem", Level.PART),  # which sounds as the first word
        ("Nizhoni Rose", "Nizhony", Level.PART),
        ("Kareem Kassem", "Qassem", Level.DIFFERENT),
        ("Jayden Lee", "Kayden", Level.DIFFERENT),
        ("Hassan Ali", "Hussain", Level.DIFFERENT),
        ("Arjan Singh", "Arjun", Level.DIFFERENT),
        ("Mohamet", "Muhammad Bilal", Level.LOOK_ALIKE),
        ("Nuerul", "Nurul Ain", Level.DIFFERENT),  # as sisters are called
        ("Bartholomew", "Bartolomiej", Level.SIMILAR),
        ("Jack", "Oscar", Level.DIFFERENT),
        ("Mary Jane", "Oscar", Level.DIFFERENT),
        ("Mary Jane", "Mary Beth", Level.DIFFERENT),
    ],
)
def test_each_way_to_write_a_given_name_has_its_level(
    left: str, right: str, level: Level
) -> None:
    """Typing errors, spellings, short forms and parts are told apart (MATCH-3)."""
    one, other = Name.of(left), Name.of(right)
    assert name_level(one, other, GIVEN_NAMES) is level
    assert name_level(other, one, GIVEN_NAMES) is level


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Mohammed", "محمد"),
        ("Habib", "حبيب"),
        ("Noa", "נועה"),
        ("Goldstein", "גולדשטיין"),
        ("Amelia", "Амелия"),
        ("Aleksandra", "Александра"),
        ("Sofia", "Σοφία"),
        ("Priya", "प्रिया"),
        ("Yuna", "ユナ"),
        ("Li Na", "李娜"),
        ("Minjun", "민준"),
        ("Łukasz", "LUKASZ"),
    ],
)
def test_a_name_in_another_script_is_the_same_name(left: str, right: str) -> None:
    """Scripts of the world are read as the letters that rosters use (MATCH-3)."""
    level = name_level(Name.of(left), Name.of(right), GIVEN_NAMES)
    near = {Level.RESPELT, Level.SOUNDS_ALIKE, Level.ONE_EDIT}
    assert level in near | {Level.EXACT}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Hassan", "Hussain"),
        ("Amelia", "Amelie"),
        ("Arjan", "Arjun"),
        ("Jayden", "Kayden"),
        ("Mia", "Tia"),
        ("Maya", "Maia"),
        ("Shanelle", "Chanelle"),
        ("Bogdan", "Bogdana"),
        ("Borislav", "Dorislav"),
        ("Liz", "Beth"),
        ("Muhammad", "Muhammad Hamza"),
        ("Abdullah", "Abdul Rahman"),
        ("Chiamaka", "Chiamara"),
        ("Chinedu", "Chinwendu"),
        ("Oluwatobi", "Oluwatoni"),
        ("Temitope", "Temitayo"),
        ("Elinam", "Edinam"),
        ("Wanjiru", "Wanjiku"),
        ("Thandi", "Thando"),
        ("Tapiwa", "Tadiwa"),
        ("Ramanpreet", "Rajanpreet"),
        ("Amandeep", "Amanpreet"),
        ("Arshdeep", "Arshpreet"),
        ("Najibullah", "Naqibullah"),
        ("Naoki", "Naoko"),
        ("Haruka", "Haruko"),
        ("Seojun", "Seoyun"),
        ("Junho", "Junwoo"),
        ("Haoran", "Haoxuan"),
        ("Jiaxin", "Jiayi"),
        ("Thang", "Thanh"),
        ("Vasanth", "Vasanthi"),
        ("Advait", "Advik"),
        ("Azlan", "Azwan"),
        ("Rodel", "Ronel"),
        ("Hevin", "Helin"),
    ],
)
def test_names_of_brothers_and_sisters_are_no_typing_errors(
    left: str, right: str
) -> None:
    """Two names that look alike are told apart from one written twice (MATCH-4)."""
    one, other = Name.of(left), Name.of(right)
    assert name_level(one, other, GIVEN_NAMES) is Level.LOOK_ALIKE
    assert name_level(other, one, GIVEN_NAMES) is Level.LOOK_ALIKE


@pytest.mark.parametrize(
    ("left", "right"), [("Muhammad Ali", "Muhammad Hamza"), ("Ella", "Emma")]
)
def test_names_of_two_children_never_agree(left: str, right: str) -> None:
    """What brothers share of their names does not make them one (MATCH-4)."""
    assert name_level(Name.of(left), Name.of(right), GIVEN_NAMES) not in AGREEING


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("O'Brien", "OBRIEN", Level.EXACT),
        ("de la Cruz", "Cruz", Level.EXACT),
        ("Al Rahman", "Alrahman", Level.RESPELT),
        ("Patel-Jones", "Patel", Level.PART),
        ("Lopez Garcia", "Garsia", Level.PART),
        ("Jones Patel", "Patel-Jones", Level.RESPELT),
        ("Chowdhury", "Choudhry", Level.RESPELT),
        ("Kowalski", "Kowalska", Level.RESPELT),
        ("Ivanov", "Ivanova", Level.RESPELT),
        ("MacDonald", "McDonald", Level.RESPELT),
        ("Wong", "Huang", Level.RESPELT),
        ("Mueller", "Muller", Level.RESPELT),
        ("Patel-Jones", "Patel-Smith", Level.DIFFERENT),
        ("Khan", "Kahn", Level.ONE_EDIT),
        ("Fitzgerald", "Fitzjerald", Level.ONE_EDIT_LONG),
        ("Featherstone", "Fetherstome", Level.TWO_EDITS),
        ("Wojciechowski", "Wojciechow", Level.TRUNCATED),
        ("Kowalski", "Kovalsky", Level.SOUNDS_ALIKE),
        ("S", "Smith", Level.INITIAL),
        ("Smith", "Jmith", Level.ONE_EDIT),
        ("Thomas", "Tom", Level.DIFFERENT),
        ("Khan", "Novak", Level.DIFFERENT),
        ("Tolman", "Talmon", Level.DIFFERENT),
    ],
)
def test_each_way_to_write_a_family_name_has_its_level(
    left: str, right: str, level: Level
) -> None:
    """Family names have no short forms, and brothers share them (MATCH-3)."""
    one, other = Name.of(left), Name.of(right)
    assert name_level(one, other, FAMILY_NAMES) is level
    assert name_level(other, one, FAMILY_NAMES) is level


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("الغامدي", "Al-Ghamdi"),
        ("الغامدي", "Alghamdi"),
        ("الغامدي", "El Ghamdi"),
        ("العمري", "Alomari"),
        ("الخطيب", "Khatib"),
        ("حجازي", "Hegazy"),
        ("محمد عماد", "Mohamed Emad"),
        ("Al-Ghamdi", "Alghamdi"),
        ("El Masri", "Almasri"),
        ("Elmasri", "Almasri"),
    ],
)
def test_the_arabic_article_may_be_joined_or_left_out(left: str, right: str) -> None:
    """In both scripts it is no more than a particle (MATCH-3)."""
    one, other = Name.of(left), Name.of(right)
    assert not are_unlike(one, other)
    assert name_level(one, other, FAMILY_NAMES) is Level.RESPELT
    assert name_level(other, one, FAMILY_NAMES) is Level.RESPELT


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Ó Murchú", "Ní Mhurchú"),
        ("Ó Tuama", "Ní Thuama"),
        ("Mac Conmara", "Nic Conmara"),
        ("Ó Cinnéide", "Kennedy"),
        ("Ní Néill", "O'Neill"),
        ("Ní Riain", "Ryan"),
        ("de Búrca", "Burke"),
    ],
)
def test_an_irish_family_name_has_forms(left: str, right: str) -> None:
    """A daughter has another than her brother, and both an English one (MATCH-3)."""
    one, other = Name.of(left), Name.of(right)
    assert not are_unlike(one, other)
    assert name_level(one, other, FAMILY_NAMES) is Level.RESPELT
    assert name_level(other, one, FAMILY_NAMES) is Level.RESPELT


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Зайцев", "Zajcev"),
        ("Зайцев", "Zaitsev"),
        ("Zaytseva", "Zajcev"),
        ("Кузнецов", "Kuznecov"),
        ("Щукин", "Ščukin"),
        ("Хрущёв", "Khrushchyov"),
        ("Khrushchov", "Hruščev"),
        ("Soloviev", "Solovyov"),
        ("Юрченко", "Jurčenko"),
    ],
)
def test_a_cyrillic_family_name_is_written_in_several_ways(
    left: str, right: str
) -> None:
    """As in passports, and as in catalogues without their accents (MATCH-3)."""
    one, other = Name.of(left), Name.of(right)
    assert not are_unlike(one, other)
    assert name_level(one, other, FAMILY_NAMES) is Level.RESPELT


@pytest.mark.parametrize(
    ("left", "right"), [("Petrov", "Pavlov"), ("Popov", "Lopev"), ("Ivanov", "Ivanin")]
)
def test_cyrillic_family_names_are_told_apart(left: str, right: str) -> None:
    """Letters that are written in one way are compared as they are (MATCH-3)."""
    assert name_level(Name.of(left), Name.of(right), FAMILY_NAMES) is not Level.RESPELT


def test_an_article_is_heard_with_its_name() -> None:
    """The joined name is compared with the whole of the parted one (MATCH-3)."""
    one, other = Name.of("Al-Otaibi"), Name.of("Alotaiby")
    assert not are_unlike(one, other)
    assert name_level(one, other, FAMILY_NAMES) is Level.SOUNDS_ALIKE


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("هشام زياد", "Hesham", Level.PART),
        ("هشام زياد", "Hesham Ziad", Level.RESPELT),
        ("هشام زياد", "Hesham Imad", Level.DIFFERENT),
        ("رامي", "Reem", Level.DIFFERENT),
        ("وسيم", "Wasima", Level.DIFFERENT),
        ("وسيم", "وسيمة", Level.LOOK_ALIKE),
        ("Albert", "Bert", Level.SHORT_FORM),
        ("Alison", "Ison", Level.LOOK_ALIKE),
    ],
)
def test_words_in_arabic_letters_are_compared_one_by_one(
    left: str, right: str, level: Level
) -> None:
    """A father's name stands after a child's (MATCH-3, MATCH-4)."""
    one, other = Name.of(left), Name.of(right)
    assert name_level(one, other, GIVEN_NAMES) is level
    assert name_level(other, one, GIVEN_NAMES) is level


def test_two_initials_that_are_the_same_are_no_more_than_an_initial() -> None:
    """``A`` on both sites is Amelia or Alice: half the alphabet could be (MATCH-4)."""
    assert name_level(Name.of("A"), Name.of("A"), GIVEN_NAMES) is Level.INITIAL


def test_a_name_is_settled_early_only_where_it_is_plain() -> None:
    """Initials, names without vowels and missing names are compared in full."""
    assert are_unlike(Name.of("Jack"), Name.of("Oscar"))
    assert are_unlike(Name.of("Jo"), Name.of("Oscar"))
    for left, right in (("J", "Oscar"), ("", "Oscar"), ("mhmd", "Oscar")):
        assert not are_unlike(Name.of(left), Name.of(right))
        assert not are_unlike(Name.of(right), Name.of(left))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Jo", "Ajo"),
        ("Ann", "Nan"),
        ("Luciana", "Miciana"),
        ("Christop", "Christopherwilliamalexanderconstantine"),
    ],
)
def test_letters_that_hardly_agree_may_be_a_slip(left: str, right: str) -> None:
    """One edit changes a short name much, and a long one may be cut off (MATCH-3)."""
    assert not are_unlike(Name.of(left), Name.of(right))


def test_what_is_worked_out_once_says_what_it_is() -> None:
    """A property of a name has its words on the class."""
    assert "may be this one" in str(Name.relations.__doc__)
    one = Name.of("Amelia")
    assert one.relations is one.relations


def test_names_that_are_related_are_never_settled_early() -> None:
    """A short form has hardly a letter of the name it stands for (MATCH-3)."""
    for left, right in (("Aleksandra", "Olenka"), ("Bill Ray", "William")):
        assert not are_unlike(Name.of(left), Name.of(right))


def test_a_name_that_is_often_heard_is_known() -> None:
    """The data files say which words are names of their own."""
    assert is_known_name("jayden")
    assert not is_known_name("zzyzx")


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("Thanh Vân", "Thanh Tú", Level.LOOK_ALIKE),
        ("Xiao Di", "Xiao Ming", Level.LOOK_ALIKE),
        ("Jia Le", "Jia Da", Level.LOOK_ALIKE),
        ("Thanh Van", "Thanh Do", Level.LOOK_ALIKE),
        ("Jia Le", "Jia", Level.EXACT),
        ("Mary Jr", "Mary", Level.EXACT),
        ("Mary Ann", "Mary", Level.PART),
        ("María del Carmen", "Maria", Level.PART),
    ],
)
def test_a_word_that_is_a_particle_elsewhere_may_tell_children_apart(
    left: str, right: str, level: Level
) -> None:
    """MATCH-4: of two given names that begin alike, nobody says that one is less."""
    assert name_level(Name.of(left), Name.of(right), GIVEN_NAMES) is level
    assert name_level(Name.of(right), Name.of(left), GIVEN_NAMES) is level
