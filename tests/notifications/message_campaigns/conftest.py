"""The mail server that campaigns leave by."""

from tests.notifications.delivery.conftest import centre

__all__ = ["centre"]
