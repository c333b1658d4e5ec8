"""Unit tests of the record linkage, one module each."""
