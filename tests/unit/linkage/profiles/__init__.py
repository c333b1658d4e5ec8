"""Tests of `student_transfer.linkage.profiles`."""
