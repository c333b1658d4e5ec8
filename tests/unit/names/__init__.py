"""Unit tests of names in their normal form."""
