"""A student in normal form: what is compared, and nothing that is no evidence.

- `cached_once`: a property that is worked out once, when it is asked for.
- `births`: dates of birth.
- `identifiers`: national identifiers, postcodes, addresses, email and user names.
- `profile`: names, addresses, and the student as a whole.
- `incoming`: the students of an import, each once.
"""
