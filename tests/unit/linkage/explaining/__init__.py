"""Tests of `student_transfer.linkage.explaining`."""
