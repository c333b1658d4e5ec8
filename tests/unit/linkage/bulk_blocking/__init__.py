"""Tests of `student_transfer.linkage.bulk_blocking`."""
