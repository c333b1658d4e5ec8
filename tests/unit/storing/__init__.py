"""Unit tests of what every storage needs."""
