"""Tests of long stories."""
