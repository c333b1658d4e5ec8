"""Set Django up before anything of the project is imported."""

from django.test.utils import setup_test_environment

import transfers.tests.host  # noqa: F401 - it does

setup_test_environment()
