"""Tests of `student_transfer.linkage.settling`."""
