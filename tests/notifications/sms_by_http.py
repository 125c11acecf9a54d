"""SMS by HTTP as tests need it: a provider's API, and the service that its receipts come to."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from werkzeug.serving import make_server

from deploy.local.programs import free_port
from services.notifications.channels import http_api
from services.notifications.channels.http_sms import HttpGateway
from services.notifications.settings import HTTP, Settings
from services.notifications.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office

SECRET, OLD_SECRET = "cmVjZWlwdHM6aW52ZW50ZWQ=", "cmVjZWlwdHM6YmVmb3JlaXQ="
"""As Basic authentication writes `receipts:invented` and `receipts:beforeit`."""


def gateway(
    url: str, name: str = "infobip", *, timeout_s: float = 2, window_max: int = 20, receipts_url: str = ""
) -> HttpGateway:
    return HttpGateway(
        api=http_api.api(name),
        url=url,
        user="AC1",
        secret="invented",
        sender="CNAS",
        window_max=window_max,
        timeout_s=timeout_s,
        receipts_url=receipts_url or f"http://127.0.0.1:{free_port()}/v1/{{fund}}/sms/receipts",
    )


def own_settings(**changed: Any) -> Settings:
    """Settings of a service whose SMS leave by HTTP."""
    usual: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": 25,
        "smtp_security": "none",
        "smtp_user": "",
        "smtp_password": "",
        "smtp_connections": 1,
        "smtp_per_s_max": 0.0,
        "mail_from": "caisse@example.org",
        "smpp_host": "",
        "smpp_port": 0,
        "smpp_system_id": "",
        "smpp_password": "",
        "smpp_window": 1,
        "smpp_per_s_max": 0.0,
        "smpp_message_id_tag": 0,
        "sms_sender": "CNAS",
        "sms_provider": HTTP,
        "sms_http_api": "infobip",
        "sms_http_url": "https://sms.example",
        "sms_http_secret": "invented",
        "sms_receipts_url": "https://api.fund.example/v1/{fund}/sms/receipts",
        "sms_receipts_secrets": (SECRET, OLD_SECRET),
    }
    return Settings(**{**usual, **changed})


def office(context: ServiceContext, **changed: Any) -> Office:
    return Office(service, context, own_settings(**changed))


@contextmanager
def served(made: Office) -> Iterator[str]:
    """Where the provider brings receipts to the service's real app on a port of this machine, with a user and a
    password in the address."""
    server = make_server("127.0.0.1", 0, made.app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://receipts:invented@127.0.0.1:{server.server_port}/v1/{{fund}}/sms/receipts"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
