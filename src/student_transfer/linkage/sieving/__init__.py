"""Finding the candidates of many students at once, in a roster that is read once.

- `sieve`: what every sieve does; `choice` takes the fastest that there is.
- `row_sieve`: row by row, with nothing but Python.
- `array_sieve`: column by column, with NumPy, by `key_finder`, `name_rows` and
  `value_column`.
- `vocabulary`: what is sought, said once.
- `array_sifted`: whom of those found to compare, for all at once, with NumPy.
- `found_rows`, `numbers`: what is found, as arrays.
- `picked`: rows kept until it is known which of them are compared.
"""
