"""Who is matched, who is new, and who goes to a person.

- `assignment`: the probability of each pair beside all other ways to pair (PREV-4).
- `deciding`: matched, new or flagged (PREV-3).
- `proposer`: all of that for the students of an import.
- `parts`: for rosters that were read in parts, in one process or several.
"""
