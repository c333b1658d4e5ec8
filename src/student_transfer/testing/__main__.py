"""``python -m student_transfer.testing MODULE:FACTORY`` tries every promise."""

import sys

from student_transfer.testing.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
