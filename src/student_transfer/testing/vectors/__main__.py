"""Runs `student_transfer.testing.vectors.command`."""

import sys

from student_transfer.testing.vectors.command import main

if __name__ == "__main__":
    sys.exit(main())
