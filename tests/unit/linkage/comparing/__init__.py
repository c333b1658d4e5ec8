"""Tests of `student_transfer.linkage.comparing`."""
