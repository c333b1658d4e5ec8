"""Who is matched, who is new, and who goes to a person.

- `assignment`: the probability of each pair beside all other ways to pair (PREV-4).
- `bounds`: how likely it is at least, where too many compete for all ways to be summed.
- `best_pairs`: the assignment of the highest sum.
- `deciding`: matched, new or flagged (PREV-3).
- `pair_scoring`: the students of an import compared with their candidates.
- `proposals`: what all of an import shows together, and what is proposed.
- `suggesting`: for an import, with the candidates of a storage.
- `parts`: for rosters that were read in parts, in one process or several.
- `rosters`: for two rosters of students.
"""
