"""Tests of `student_transfer.linkage.sieving`."""
