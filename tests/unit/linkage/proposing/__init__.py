"""Tests of `student_transfer.linkage.proposing`."""
