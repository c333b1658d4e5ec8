"""How names, dates, genders and years are read before they are compared (MATCH-3).

Everything here turns one text into its normal form, or says how two normal words are
related: another spelling, a short form, two different names. Nothing here weighs.

- `normal`: a name in its normal form.
- `scripts`: names in other scripts, in Latin letters.
- `sounds`: how names sound, roughly.
- `lexicon`: the data files.
- `relations`: how two words are related.
- `years`: years and dates of birth.
- `genders`: genders.
- `spreadsheets`: what spreadsheets make of numbers.
"""

from student_transfer.names.genders import gender_letter, is_gender, same_gender
from student_transfer.names.lexicon import (
    is_customary,
    is_known_name,
    is_no_value,
    usual_share,
    usual_shares,
)
from student_transfer.names.normal import (
    name_order,
    name_words,
    normal_words,
)
from student_transfer.names.relations import (
    after_article,
    are_two_names,
    family_forms,
    full_names,
    irish_forms,
    irish_root,
    is_generation_syllable,
    is_lead,
    is_one_syllable,
    is_shared_given,
    is_short_form,
    is_vietnamese_syllable,
    kin,
    listed_full_names,
    share_full_name,
    spelling,
)
from student_transfer.names.scripts import is_romanised, letters_of_arabic
from student_transfer.names.sounds import (
    has_no_vowels,
    skeleton,
    sound,
)
from student_transfer.names.spreadsheets import is_rounded, without_fraction
from student_transfer.names.years import (
    class_year,
    is_known_birth,
    is_year,
    same_year,
    year_number,
)

__all__ = [
    "after_article",
    "are_two_names",
    "class_year",
    "family_forms",
    "full_names",
    "gender_letter",
    "has_no_vowels",
    "irish_forms",
    "irish_root",
    "is_customary",
    "is_gender",
    "is_generation_syllable",
    "is_known_birth",
    "is_known_name",
    "is_lead",
    "is_no_value",
    "is_one_syllable",
    "is_romanised",
    "is_rounded",
    "is_shared_given",
    "is_short_form",
    "is_vietnamese_syllable",
    "is_year",
    "kin",
    "letters_of_arabic",
    "listed_full_names",
    "name_order",
    "name_words",
    "normal_words",
    "same_gender",
    "same_year",
    "share_full_name",
    "skeleton",
    "sound",
    "spelling",
    "usual_share",
    "usual_shares",
    "without_fraction",
    "year_number",
]
