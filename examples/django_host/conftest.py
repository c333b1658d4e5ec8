"""Set Django up before anything of the project is imported."""

from django.test.utils import override_settings, setup_test_environment

import transfers.tests.host  # noqa: F401 - it does

setup_test_environment()
# A password of a test is no secret, and to hash it well takes half a second.
override_settings(
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]
).enable()
