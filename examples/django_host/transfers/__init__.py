"""Pupils move between organisations: the ports of `student_transfer` over Django."""
