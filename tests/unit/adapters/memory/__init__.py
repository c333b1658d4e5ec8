"""Unit tests of the storage in memory."""
