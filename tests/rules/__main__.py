"""``python -m tests.rules`` writes again what the page takes from the code.

That is the vectors and properties of each rule, and the pictures of the two lives.
"""

from tests.rules.lives import PICTURES, drawn
from tests.rules.page import PAGE, refreshed

if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text("utf-8")), "utf-8")
    for name, life in PICTURES.items():
        PAGE.with_name(name).write_text(drawn(life), "utf-8")
