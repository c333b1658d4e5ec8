"""How the documentation is built."""

from student_transfer import formats, matching, roster_files

for module in (formats, matching, roster_files):  # autodoc lists what is loaded
    for name in module.__all__:
        getattr(module, name)

project = "student_transfer"
author = "The student_transfer authors"
copyright = "2026, The student_transfer authors"  # noqa: A001 - Sphinx's name
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
html_theme = "furo"
html_title = "student_transfer"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints = "description"
default_role = "code"
