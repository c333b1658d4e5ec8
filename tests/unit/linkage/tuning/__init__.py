"""Tests of `student_transfer.linkage.tuning`."""
