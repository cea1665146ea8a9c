"""What the tests of an installation share."""

from tests.deploy.roles import roles  # noqa: F401 - a fixture
