"""A platform on SQLAlchemy that keeps its students and leaves the rest to the library.

- `tables`: the platform's tables, and those that find a pupil.
- `schools`: trusts and schools, as the library reads them.
- `pupils`: pupils and their results, read (the port ``source``).
- `writing`: the same, written (the port ``roster``).
- `merges`: what hangs on a pupil and the library does not know, in a merge.
- `storage`: the unit of work.
"""
