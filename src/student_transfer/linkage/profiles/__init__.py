"""A student in normal form: what is compared, and nothing that is no evidence.

- `identifiers`: national identifiers, postcodes, addresses, email and user names.
- `profile`: names, dates, and the student as a whole.
"""
