"""Pruning candidates whose bound is hopeless already, with NumPy.

- `pruner`: which pairs are pruned; the proposals are the same without it.
- `name_bounds`, `field_bounds`: what their names, and all else, weigh at most.
- `student_numbers`: the students of many pairs, in numbers.
- `pairs`: what those numbers say of the pairs.
- `name_numbers`: the names, each once, and which of them are unlike.
"""
