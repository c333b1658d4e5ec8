"""Sparing comparisons whose bound is hopeless already, with NumPy.

- `settler`: which pairs are settled; the proposals are the same without it.
- `pairs`: what is known of many pairs, as columns of numbers.
- `name_numbers`: the names in those numbers.
- `bounds`: what a pair's comparison comes to at most.
"""
