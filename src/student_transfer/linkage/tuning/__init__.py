"""How well matching does on a host's students, and what would do better.

- `evaluating`: precision and recall against labels; `evaluation` has what comes of it.
- `estimating`: new levels from rosters without labels, by `learning` (EM) on a
  `learning_sample`, and `new_levels`.
"""
