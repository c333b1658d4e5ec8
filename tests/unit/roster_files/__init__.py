"""Tests of rosters in files, and of matching them."""
