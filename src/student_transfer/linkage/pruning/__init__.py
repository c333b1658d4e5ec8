"""Pruning candidates whose bound is hopeless already, with NumPy.

- `pruner`: which pairs are pruned; the proposals are the same without it.
- `pairs`: what is known of many pairs, as columns of numbers.
- `name_numbers`: the names in those numbers.
- `bounds`: what a pair's comparison comes to at most.
"""
