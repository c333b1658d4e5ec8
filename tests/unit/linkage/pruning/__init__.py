"""Tests of `student_transfer.linkage.pruning`."""
