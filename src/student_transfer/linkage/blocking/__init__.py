"""Whom to compare: students who share a key, within bounds.

- `key_parts`: what keys are made of.
- `keys`: the blocking keys of a student, the same in every process.
- `candidates`: whom they propose, and who is set aside.
"""
