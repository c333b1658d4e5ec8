"""Tests of the app, and how the library's kit gets at it."""
