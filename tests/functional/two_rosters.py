"""Two small rosters, as the commands that take two files are tried on."""

from collections.abc import Mapping

COLUMNS = "id,given_name,family_name,date_of_birth,gender,year\n"
INCOMING = (
    COLUMNS + "u1,Maya,Okafor,2015-03-09,F,6\n"
    "u2,Thomas,Wilkinson,2014-11-23,M,6\n"
    "u3,Sophie,Kaczmarek,2015-06-02,F,6\n"
    "u4,Ling,Wu,2015-01-30,F,6\n"
)
EXISTING = (
    COLUMNS + "v1,MAYA,OKAFOR,2015-03-09,F,Year 6\n"
    "v2,Tom,Wilkinson,2014-11-23,M,6\n"
    "v3,Zofia,Kaczmarek,2015-06-02,F,6\n"
    "v4,Priya,Shah,2013-01-19,F,8\n"
)


def roster(start: int, number: int, changes: Mapping[int, str] | None = None) -> str:
    """Write invented students, the same for the same numbers."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    lines = []
    for each in range(start, start + number):
        name = letters[each % 26] + letters[each // 26 % 26] + letters[each * 7 % 26]
        born = f"{2010 + each % 7}-{1 + each % 12:02}-{1 + each % 28:02}"
        line = f"{each},Ka{name}ra,Wi{name}nd,{born},F,{each % 12}"
        lines.append((changes or {}).get(each, line))
    return COLUMNS + "\n".join(lines) + "\n"
