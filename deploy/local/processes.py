"""The processes of a local run, and every setting that each gets: the one table.

The caller's environment overrides it: `PAYMENTS_WEB_THREADS` for one service, `WEB_THREADS` for all of them.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.local import addresses, clients
from deploy.local.addresses import FRONTENDS, SERVICES
from deploy.local.credentials import Credentials
from deploy.local.programs import HOST, Program, answers_http
from shared.funds.loading import load

Settings = Mapping[str, str]

SERVICE_STOP_MAX_S = 25.0  # what a web and a worker promise: 20 s for what is under way, and the end itself
QUOTAS = (
    "address",
    "subject",
    "client",
    "claims.submit",
    "drafts.submit",
    "appeals.appeal",
    "claims.search",
    "benefits.estimate",
    "awards.check_cover",
    "awards.check_cover_code",
    "uploads.add",
    "papers.ask",
    "declarations.file",
    "collections.request",
    "bank.hear",
    "oidc.sign_in",
    "oidc.token",
    "oidc.revoke",
    "accounts.open",
    "accounts.activate",
    "accounts.ask_recovery",
    "accounts.recover",
    "upkeep.change_password",
    "register.find_person",
    "verification.check",
    "verification.check_code",
    "verification.check_file",
    "verify.ask",
    "verify.check",
    "verify.check_code",
    "verify.check_file",
)
SIMULATOR_STOP_MAX_S = 2.0
FRONTENDS_REACH = {"portal": addresses.public}
"""How each frontend reaches the services: what is for operators alone is on the inner address."""


def common(environ: Settings, *, ports: Mapping[str, int]) -> dict[str, str]:
    """What is the same for every service."""
    generated = {
        "FUNDS": "dz-cnas,tn-cnss",
        "ISSUER": addresses.public("identity", environ, ports),
        "JWKS_URL": f"{addresses.web('identity', ports)}/jwks.json",
        "TRUSTED_PROXIES": str(int(addresses.has_proxy(environ))),
        "WEB_PROCESSES": "1",
        "WEB_THREADS": "8",
        "LOG_LEVEL": "INFO",
        # One machine stands for all callers here, and benchmarks ask as fast as they can.
        "QUOTAS": ",".join(f"{name}=1000000/minute" for name in QUOTAS),
        "TRACED_SHARE": "0.1",  # and whatever its caller traces, as `make demo` does
    }
    return {name: environ.get(name, value) for name, value in generated.items()}


def of_services(environ: Settings, *, ports: Mapping[str, int], credentials: Credentials) -> dict[str, dict[str, str]]:
    """The settings of each service, except what its engines bring."""
    shared = common(environ, ports=ports)
    fund_ids = shared["FUNDS"].split(",")
    known_clients = clients.clients(
        fund_ids=fund_ids,
        bank_public_key=credentials.public_key("bank-client"),
        frontends={name: addresses.frontend(name, ports) for name in clients.SIGNING_IN},
    )
    paper_key, paper_certificates = credentials.paper_signing()
    own = {
        "identity": {
            "PORTAL_URL": addresses.frontend("portal", ports),
            "CLIENTS_FILE": str(credentials.clients(known_clients)),
            "SIGNING_KEYS_FILE": str(credentials.token_signing()),
        },
        "documents": {
            "PAPER_SIGNING_KEY_FILE": str(paper_key),
            "PAPER_CERTIFICATE_FILE": str(paper_certificates),
        },
        "claims": {},
        "payments": {
            "BANK_URL": f"http://{HOST}:{ports['BANK_PORT']}",
            "BANK_API_KEY": credentials.password("bank-api-key"),
            "BANK_WEBHOOK_SECRET": credentials.webhook_secret("bank-webhook"),
            "WEBHOOK_KEYS_FILE": str(credentials.webhook_keys(fund_ids=fund_ids)),
            "ALLOW_PRIVATE_ENDPOINTS": "true",
        },
        "notifications": {
            "SMTP_HOST": HOST,
            "SMTP_PORT": str(ports["SMTP_PORT"]),
            "SMPP_HOST": HOST,
            "SMPP_PORT": str(ports["SMPP_PORT"]),
            "SMPP_SYSTEM_ID": "himaya",
            "SMPP_PASSWORD": credentials.password("smpp")[:8],  # the protocol has room for eight characters
        },
    }
    return {
        service: {
            **shared,
            "BIND": addresses.web(service, ports).removeprefix("http://"),
            "METRICS_BIND": f"{HOST}:{ports[f'{service.upper()}_METRICS_PORT']}",
            "HEALTH_BIND": addresses.worker(service, ports).removeprefix("http://"),
            "PUBLIC_URL": addresses.public(service, environ, ports),
            "KEYS_FILE": str(credentials.keyring(service, fund_ids=fund_ids)),
            **own[service],
            **_intended_for(service, environ),
        }
        for service in SERVICES
    }


def of_simulators(
    environ: Settings, *, ports: Mapping[str, int], credentials: Credentials, var: Path
) -> dict[str, dict[str, str]]:
    """The settings of the partner bank, and of the mail server and SMS centre."""
    identity, payments = (addresses.public(service, environ, ports) for service in ("identity", "payments"))
    own = {
        "bank": {
            "BANK_BIND": f"{HOST}:{ports['BANK_PORT']}",
            "BANK_STATE_DIR": str(var / "bank"),
            "BANK_API_KEY": credentials.password("bank-api-key"),
            "BANK_FUND_ACCOUNTS": _fund_accounts(common(environ, ports=ports)["FUNDS"].split(",")),
            "BANK_CLIENT_ID": clients.BANK,
            "BANK_PRIVATE_KEY_FILE": str(credentials.private_key("bank-client")),
            "FUND_WEBHOOK_URL": f"{payments}/v1/{{fund}}/bank/events",
            "FUND_WEBHOOK_SECRET": credentials.webhook_secret("bank-webhook"),
            "FUND_LOOKUP_URL": f"{payments}/v1/{{fund}}/bank/references/{{reference}}",
            "FUND_TOKEN_URL": f"{identity}/v1/{{fund}}/token",
            "FUND_TOKEN_SCOPE": " ".join(clients.BANK_SCOPES),
        },
        "messages": {
            "MESSAGES_HTTP_BIND": f"{HOST}:{ports['MESSAGES_PORT']}",
            "MESSAGES_STATE_DIR": str(var / "messages"),
            "MESSAGES_SMTP_BIND": f"{HOST}:{ports['SMTP_PORT']}",
            "MESSAGES_SMPP_BIND": f"{HOST}:{ports['SMPP_PORT']}",
        },
    }
    return {name: {**settings, **_intended_for(name, environ)} for name, settings in own.items()}


def of_frontends(environ: Settings, *, ports: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """The settings of each frontend, except where its sessions are kept."""
    shared = common(environ, ports=ports)
    return {
        name: {
            "BIND": addresses.frontend(name, ports).removeprefix("http://"),
            "PUBLIC_URL": addresses.frontend(name, ports),
            "FUNDS": shared["FUNDS"],
            "ISSUER": shared["ISSUER"],
            **{f"{service.upper()}_ADDRESS": reach(service, environ, ports) for service in SERVICES},
            "SECURE_COOKIES": "false",  # this machine alone, without TLS
            "LOG_LEVEL": shared["LOG_LEVEL"],
            **_intended_for(name, environ),
        }
        for name, reach in FRONTENDS_REACH.items()
    }


def _fund_accounts(fund_ids: Iterable[str]) -> str:
    """The accounts that the funds hold at the bank, as it reads them."""
    return " ".join(
        f"{fund_id}={account.number}:{fund.currency}"
        for fund_id, fund in load(fund_ids).items()
        for account in (fund.payments.collections, fund.payments.payouts)
    )


def simulators(settings: Mapping[str, Settings], *, ports: Mapping[str, int]) -> list[Program]:
    """What stands in for the world outside."""
    listening = {"bank": ["BANK_PORT"], "messages": ["MESSAGES_PORT", "SMTP_PORT", "SMPP_PORT"]}
    return [
        Program(
            name=f"{name} simulator",
            command=(sys.executable, "-m", f"simulators.{name}"),
            ports={port: ports[port] for port in listening[name]},
            answers=answers_http(f"http://{HOST}:{ports[listening[name][0]]}/health/ready"),
            environment=settings[name],
            stop_max_s=SIMULATOR_STOP_MAX_S,
        )
        for name in listening
    ]


def webs(settings: Mapping[str, Settings], *, ports: Mapping[str, int], metrics: Path) -> list[Program]:
    """The web process of each service."""
    return [
        Program(
            name=f"{service} web",
            command=(sys.executable, "-m", f"services.{service}", "web"),
            ports={name: ports[name] for name in (f"{service.upper()}_PORT", f"{service.upper()}_METRICS_PORT")},
            answers=answers_http(f"{addresses.web(service, ports)}/health/ready"),
            environment={**settings[service], "PROMETHEUS_MULTIPROC_DIR": str(metrics / f"{service}-web")},
            stop_max_s=SERVICE_STOP_MAX_S,
        )
        for service in SERVICES
    ]


def frontends(settings: Mapping[str, Settings], *, ports: Mapping[str, int]) -> list[Program]:
    """The process of each frontend."""
    return [
        Program(
            name=name,
            command=(sys.executable, "-m", f"frontends.{name}"),
            ports={f"{name.upper()}_PORT": ports[f"{name.upper()}_PORT"]},
            answers=answers_http(f"{addresses.frontend(name, ports)}/health/ready"),
            environment=settings[name],
            stop_max_s=SERVICE_STOP_MAX_S,
        )
        for name in FRONTENDS
    ]


def workers(settings: Mapping[str, Settings], *, ports: Mapping[str, int]) -> list[Program]:
    """The worker process of each service."""
    return [
        Program(
            name=f"{service} worker",
            command=(sys.executable, "-m", f"services.{service}", "worker"),
            ports={f"{service.upper()}_WORKER_PORT": ports[f"{service.upper()}_WORKER_PORT"]},
            answers=answers_http(f"{addresses.worker(service, ports)}/health/ready"),
            environment=settings[service],
            stop_max_s=SERVICE_STOP_MAX_S,
        )
        for service in SERVICES
    ]


def _intended_for(name: str, environ: Settings) -> dict[str, str]:
    """What the caller set for one service or simulator alone, under the names that it reads."""
    prefix = f"{name.upper()}_"
    return {key.removeprefix(prefix): value for key, value in environ.items() if key.startswith(prefix)}
