"""Finding the candidates of many students at once, in a roster that is read once.

- `roster_blocker`: what every blocker does; `backend` takes the fastest that there is.
- `row_blocker`: row by row, with nothing but Python.
- `array_blocker`: column by column, with NumPy, by `key_finder`, `name_rows` and
  `value_column`.
- `vocabulary`: what is sought, said once.
- `array_blocks`: whom of those found to compare, for all at once, with NumPy.
- `found_rows`, `numbers`: what is found, as arrays.
- `candidate_rows`: rows kept until it is known which of them are compared.
"""
