"""What the partner bank is told when it starts. The only reader of its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.webhooks import Secret

DEMO_ACCOUNTS = "dz-cnas=00100100000001234563:DZD tn-cnss=07040000000000012321:TND"
REPOSITORY = Path(__file__).parents[2]


class SettingsMissing(SystemExit):
    """Everything that is missing or wrong, in one sentence each."""


@dataclass(frozen=True)
class FundAccount:
    """Where a fund collects and pays from."""

    fund: str
    account: str
    currency: str


@dataclass(frozen=True)
class Lookup:
    """How the bank asks a fund about a reference: the address, and what it proves itself with."""

    url: str
    token_url: str
    client_id: str
    private_key_file: Path
    scope: str


@dataclass(frozen=True)
class Settings:
    """The settings of the simulated bank, from the environment."""

    host: str
    port: int
    public_url: str
    state_dir: Path
    schemas_dir: Path
    api_key: str = field(repr=False)
    accounts: tuple[FundAccount, ...]
    webhook_url: str
    webhook_secrets: tuple[Secret, ...]
    retry_s: float
    lookup: Lookup | None
    wallet: Lookup | None
    """The same for the operator of mobile money that the bank plays too."""
    folders: Mapping[str, Path]
    """Of funds that exchange files and nothing else."""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """The settings of README.md, or `SettingsMissing` naming all that are missing at once."""
        needed = ["BANK_API_KEY", "FUND_WEBHOOK_URL", "FUND_WEBHOOK_SECRET"]
        if environ.get("FUND_LOOKUP_URL"):
            needed += ["FUND_TOKEN_URL", "BANK_CLIENT_ID", "BANK_PRIVATE_KEY_FILE"]
        if environ.get("FUND_OPERATOR_URL"):
            needed += ["FUND_TOKEN_URL", "OPERATOR_CLIENT_ID", "OPERATOR_PRIVATE_KEY_FILE"]
        missing = [name for name in needed if not environ.get(name)]
        if missing:
            raise SettingsMissing(f"simulators.bank: settings missing: {', '.join(missing)}")
        host, _, port = environ.get("BANK_BIND", "127.0.0.1:8201").rpartition(":")
        return cls(
            host=host,
            port=int(port),
            public_url=environ.get("BANK_PUBLIC_URL", f"http://{host}:{port}"),
            state_dir=Path(environ.get("BANK_STATE_DIR", "var/bank")),
            schemas_dir=Path(environ.get("BANK_SCHEMAS_DIR", REPOSITORY / "services/payments/banking/schemas")),
            api_key=environ["BANK_API_KEY"],
            accounts=tuple(map(_fund_account, environ.get("BANK_FUND_ACCOUNTS", DEMO_ACCOUNTS).split())),
            webhook_url=environ["FUND_WEBHOOK_URL"],
            webhook_secrets=tuple(map(Secret.read, environ["FUND_WEBHOOK_SECRET"].split())),
            retry_s=float(environ.get("BANK_RETRY_S", "1")),
            lookup=_lookup(environ, url="FUND_LOOKUP_URL", who="BANK", scope="FUND_TOKEN_SCOPE"),
            wallet=_lookup(environ, url="FUND_OPERATOR_URL", who="OPERATOR", scope="OPERATOR_TOKEN_SCOPE"),
            folders=dict(map(_folder, environ.get("BANK_FOLDERS", "").split())),
        )


def _fund_account(text: str) -> FundAccount:
    fund, _, rest = text.partition("=")
    account, _, currency = rest.partition(":")
    return FundAccount(fund=fund, account=account, currency=currency)


def _folder(text: str) -> tuple[str, Path]:
    fund, _, path = text.partition("=")
    return fund, Path(path)


def _lookup(environ: Mapping[str, str], *, url: str, who: str, scope: str) -> Lookup | None:
    if not environ.get(url):
        return None
    return Lookup(
        url=environ[url],
        token_url=environ["FUND_TOKEN_URL"],
        client_id=environ[f"{who}_CLIENT_ID"],
        private_key_file=Path(environ[f"{who}_PRIVATE_KEY_FILE"]),
        scope=environ.get(scope, ""),
    )
