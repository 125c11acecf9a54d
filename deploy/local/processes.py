"""The processes of a local run, and every setting that each gets: the one table.

The caller's environment overrides it: `PAYMENTS_WEB_THREADS` for one service, `WEB_THREADS` for all of them.
"""

import sys
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from deploy.local import addresses, clients, served
from deploy.local.addresses import FRONTENDS, SERVICES
from deploy.local.credentials import Credentials
from deploy.local.programs import HOST, Program, answers_http
from services.payments.banking.banks.choice import ADAPTERS
from shared.funds.fund import Fund

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
    "entitlements.simulate",
    "entitlements.simulate_dependant",
    "simulations.read_known",
    "simulations.simulate",
    "preferences.unsubscribe",
    "sms_receipts.receive",
    "awards.check_cover",
    "awards.check_cover_code",
    "uploads.add",
    "papers.ask",
    "declarations.file",
    "declarations.declare_typed",
    "declarations.declare_nothing",
    "declarations.check_typed",
    "contributions.simulate",
    "counter.begin",
    "delegations.take",
    "collections.request",
    "settlements.pay",
    "settlements.choose_debit",
    "clearances.ask",
    "account_statements.draw",
    "mandates.issue",
    "mandates.upload",
    "mandates.amend",
    "bank.hear",
    "mobile_money.inquire",
    "mobile_money.take_file",
    "card_terminals.compare_file",
    "bank.try_statement",
    "govstack.inquire",
    "oidc.sign_in",
    "oidc.token",
    "oidc.revoke",
    "accounts.open",
    "accounts.activate",
    "accounts.ask_recovery",
    "accounts.recover",
    "upkeep.change_password",
    "bank_accounts.ask",
    "register.find_person",
    "accounts.find_staff",
    "verification.check",
    "verification.check_code",
    "verification.check_file",
    "verify.ask",
    "verify.check",
    "verify.check_code",
    "verify.check_file",
)
SIMULATOR_STOP_MAX_S = 2.0
REGISTER_CLIENT = "himaya"
"""The name under which the registers know the platform."""


def common(environ: Settings, *, ports: Mapping[str, int]) -> dict[str, str]:
    """What is the same for every service, but for the funds (`served.settings`)."""
    generated = {
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


def of_services(
    environ: Settings, *, ports: Mapping[str, int], credentials: Credentials, var: Path
) -> dict[str, dict[str, str]]:
    """The settings of each service, except what its engines bring."""
    shared = {**common(environ, ports=ports), **served.settings(environ, var=var)}
    funds = served.funds(environ, var=var)
    fund_ids = list(funds)
    known_clients = clients.clients(
        fund_ids=fund_ids,
        bank_public_key=credentials.public_key("bank-client"),
        operator_public_key=credentials.public_key("operator-client"),
        frontends={name: addresses.pages(name, environ, ports) for name in clients.SIGNING_IN},
    )
    paper_key, paper_certificates = credentials.paper_signing()
    own = {
        "identity": {
            "PORTAL_URL": addresses.pages("portal", environ, ports),
            "CLIENTS_FILE": str(credentials.clients(known_clients)),
            "SIGNING_KEYS_FILE": str(credentials.token_signing()),
        },
        "documents": {
            "PAPER_SIGNING_KEY_FILE": str(paper_key),
            "PAPER_CERTIFICATE_FILE": str(paper_certificates),
        },
        "claims": _registers(funds, ports=ports, credentials=credentials, var=var),
        "payments": {
            **_banks(funds, ports=ports, credentials=credentials, var=var),
            "WEBHOOK_KEYS_FILE": str(credentials.webhook_keys(fund_ids=fund_ids)),
            "ALLOW_PRIVATE_ENDPOINTS": "true",
        },
        "notifications": {
            "PORTAL_URL": addresses.pages("portal", environ, ports),
            "SMTP_HOST": HOST,
            "SMTP_PORT": str(ports["SMTP_PORT"]),
            "SMPP_HOST": HOST,
            "SMPP_PORT": str(ports["SMPP_PORT"]),
            "SMPP_SYSTEM_ID": "himaya",
            "SMPP_PASSWORD": credentials.password("smpp")[:8],  # the protocol has room for eight characters
            **_sms_by_http(environ, ports=ports, credentials=credentials),
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


def _banks(
    funds: Mapping[str, Fund], *, ports: Mapping[str, int], credentials: Credentials, var: Path
) -> dict[str, str]:
    """The settings of every bank that a fund names, all of them played by the one simulator. A bank is given what its
    adapter needs."""
    settings = {"BANKS": ",".join(sorted({fund.bindings.bank.settings for fund in funds.values()}))}
    for fund in funds.values():
        bank = fund.bindings.bank
        known = {
            "url": ("URL", f"http://{HOST}:{ports['BANK_PORT']}"),
            "api_key": ("API_KEY", credentials.password("bank-api-key")),
            "webhook_secrets": ("WEBHOOK_SECRET", credentials.webhook_secret("bank-webhook")),
            "folder": ("FOLDER", str(_folder(fund, var=var))),
        }
        adapter = ADAPTERS.get(bank.adapter)
        for need in adapter.needs if adapter else ():
            name, value = known[need]
            settings[f"{bank.settings}_{name}"] = value
    return settings


def _sms_by_http(environ: Settings, *, ports: Mapping[str, int], credentials: Credentials) -> dict[str, str]:
    """What is needed beside `NOTIFICATIONS_SMS_PROVIDER=http`: the simulator's API and where it brings receipts."""
    receipts = f"receipts:{credentials.password('sms-receipts')}"
    public = addresses.public("notifications", environ, ports)
    return {
        "SMS_HTTP_API": "infobip",
        "SMS_HTTP_URL": f"http://{HOST}:{ports['MESSAGES_PORT']}",
        "SMS_HTTP_SECRET": credentials.password("sms-http"),
        "SMS_RECEIPTS_URL": f"{public.replace('://', f'://{receipts}@', 1)}/v1/{{fund}}/sms/receipts",
        "SMS_RECEIPTS_SECRET": b64encode(receipts.encode()).decode(),
    }


def _folder(fund: Fund, *, var: Path) -> Path:
    """What a bank shares with the funds that exchange files with it."""
    return var / "bank-files" / fund.bindings.bank.settings.lower()


def of_simulators(
    environ: Settings, *, ports: Mapping[str, int], credentials: Credentials, var: Path
) -> dict[str, dict[str, str]]:
    """The settings of the partner bank, of the registers, and of the mail server and SMS centre."""
    funds = served.funds(environ, var=var)
    identity, payments = (addresses.public(service, environ, ports) for service in ("identity", "payments"))
    own = {
        "bank": {
            "BANK_BIND": f"{HOST}:{ports['BANK_PORT']}",
            "BANK_STATE_DIR": str(var / "bank"),
            "BANK_API_KEY": credentials.password("bank-api-key"),
            "BANK_FUND_ACCOUNTS": _fund_accounts(funds),
            "BANK_FOLDERS": _folders(funds, var=var),
            "BANK_CLIENT_ID": clients.BANK,
            "BANK_PRIVATE_KEY_FILE": str(credentials.private_key("bank-client")),
            "FUND_WEBHOOK_URL": f"{payments}/v1/{{fund}}/bank/events",
            "FUND_WEBHOOK_SECRET": credentials.webhook_secret("bank-webhook"),
            "FUND_LOOKUP_URL": f"{payments}/v1/{{fund}}/bank/references/{{reference}}",
            "FUND_TOKEN_URL": f"{identity}/v1/{{fund}}/token",
            "FUND_TOKEN_SCOPE": " ".join(clients.BANK_SCOPES),
            "FUND_OPERATOR_URL": f"{payments}/v1/{{fund}}/mobile-money/",
            "OPERATOR_CLIENT_ID": clients.OPERATOR,
            "OPERATOR_PRIVATE_KEY_FILE": str(credentials.private_key("operator-client")),
            "OPERATOR_TOKEN_SCOPE": " ".join(clients.OPERATOR_SCOPES),
        },
        "registers": {
            "REGISTERS_BIND": f"{HOST}:{ports['REGISTERS_PORT']}",
            "REGISTERS_STATE_DIR": str(var / "registers"),
            "REGISTERS_CLIENT_ID": REGISTER_CLIENT,
            "REGISTERS_SECRET": credentials.webhook_secret("registers"),
        },
        "messages": {
            "MESSAGES_HTTP_BIND": f"{HOST}:{ports['MESSAGES_PORT']}",
            "MESSAGES_STATE_DIR": str(var / "messages"),
            "MESSAGES_SMTP_BIND": f"{HOST}:{ports['SMTP_PORT']}",
            "MESSAGES_SMPP_BIND": f"{HOST}:{ports['SMPP_PORT']}",
        },
    }
    return {name: {**settings, **_intended_for(name, environ)} for name, settings in own.items()}


def of_frontends(environ: Settings, *, ports: Mapping[str, int], var: Path) -> dict[str, dict[str, str]]:
    """The settings of each frontend, except where its sessions are kept."""
    shared = common(environ, ports=ports)
    return {
        name: {
            "BIND": addresses.frontend(name, ports).removeprefix("http://"),
            "PUBLIC_URL": addresses.pages(name, environ, ports),
            "TRUSTED_PROXIES": shared["TRUSTED_PROXIES"],
            "FUNDS": served.settings(environ, var=var)["FUNDS"],
            "ISSUER": shared["ISSUER"],
            # Not by the proxy, which would take the frontend for the caller of all who visit it.
            **{f"{service.upper()}_ADDRESS": addresses.web(service, ports) for service in SERVICES},
            "SECURE_COOKIES": "false",  # this machine alone, without TLS
            "LOG_LEVEL": shared["LOG_LEVEL"],
            **_intended_for(name, environ),
        }
        for name in FRONTENDS
    }


def _fund_accounts(funds: Mapping[str, Fund]) -> str:
    """The accounts that the funds hold at the bank, as it reads them."""
    return " ".join(
        f"{fund_id}={account.number}:{fund.currency}"
        for fund_id, fund in funds.items()
        for account in (fund.payments.collections, fund.payments.payouts)
    )


def _folders(funds: Mapping[str, Fund], *, var: Path) -> str:
    """Where the bank exchanges files with the funds whose adapter does nothing else."""
    return " ".join(
        f"{fund_id}={_folder(fund, var=var)}"
        for fund_id, fund in funds.items()
        if (adapter := ADAPTERS.get(fund.bindings.bank.adapter)) and "folder" in adapter.needs
    )


def _registers(
    funds: Mapping[str, Fund], *, ports: Mapping[str, int], credentials: Credentials, var: Path
) -> dict[str, str]:
    """The registers that the funds ask, as claims reads them: all of them are the simulator's, by HTTP and by files."""
    asked = {binding.settings: name for fund in funds.values() for name, binding in fund.bindings.registers.items()}
    settings = {"REGISTERS": ",".join(asked)} if asked else {}
    for prefix, name in asked.items():
        settings |= {
            f"{prefix}_URL": f"http://{HOST}:{ports['REGISTERS_PORT']}/registers/{name}",
            f"{prefix}_CLIENT_ID": REGISTER_CLIENT,
            f"{prefix}_SECRET": credentials.webhook_secret("registers"),
            f"{prefix}_FOLDER": str(var / "registers" / "files" / name),
        }
    return settings


def simulators(settings: Mapping[str, Settings], *, ports: Mapping[str, int]) -> list[Program]:
    """What stands in for the world outside."""
    listening = {
        "bank": ["BANK_PORT"],
        "registers": ["REGISTERS_PORT"],
        "messages": ["MESSAGES_PORT", "SMTP_PORT", "SMPP_PORT"],
    }
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
