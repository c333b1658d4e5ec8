"""Unit tests of loading files onto a site."""
