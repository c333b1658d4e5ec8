"""Unit tests of the storage in a database."""
