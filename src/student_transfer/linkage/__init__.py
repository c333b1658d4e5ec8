"""Record linkage: which two records are of one child (MATCH).

What a host uses of it is `student_transfer.matching`; this is how it is made, from the
ground up.

A student in normal form
    `identifiers` (numbers, postcodes, houses), `profile` (names, dates, the student).

How two values agree, and what that weighs
    `levels` (the levels and their probabilities), `agreement` (which level two values
    reach), `kinds` (comparisons that a host adds), `frequencies` (how common a value
    is), `settings` and `settings_file`, `weights` (a level's match weight on a site).

How two students compare
    `comparison` (what comes of it), `naming` (names as a whole), `families` (siblings
    and twins), `scoring` (the one scorer).

Whom to compare
    `blocking` (the keys), `candidates` (whom they propose, and who is set aside).

What is proposed
    `assignment` (one to one), `deciding` (matched, new, flagged), `proposing` (all of
    that for an import).

A whole roster at once
    `sieve`, by rows (`row_sieve`) or with NumPy (`array_sieve`, `key_finder`,
    `name_rows`, `value_column`), with `vocabulary` and `picked`; `linking` chooses;
    `parts` links what was read in parts. `settling` spares most comparisons with NumPy
    (`bounds`, `pairs`, `name_numbers`).

Why, how well, and what would be better
    `explaining`, `shared_keys`, `why_not`, `waterfall` and `waterfall_svg`;
    `evaluating` and `evaluation`; `estimating`, `learning` and `new_levels`.
"""
