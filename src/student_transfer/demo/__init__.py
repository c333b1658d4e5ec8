"""Invented sites, students and records to show the library with."""
