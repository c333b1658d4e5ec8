"""Tests of `student_transfer.linkage.blocking`."""
