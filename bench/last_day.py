"""The last day of a declaration period, against a platform that runs: wage files by the clock, and twenty times as many
reads. Prints one JSON line a round; after each round of several, what must never be is asked (`make verify`).

`python -m bench.last_day <seconds> [<rounds>]`: sixty rounds of sixty seconds hold it for an hour.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from bench.asking import ask, percentile, request
from deploy.local import addresses, place
from deploy.local.demo import operator, payroll
from deploy.local.demo.__main__ import next_run
from deploy.local.demo.people import Cast, cast, write_register
from deploy.local.demo.reporter import Reporter
from deploy.local.demo.scene import EMPLOYER_SCOPE, today
from deploy.local.demo.visitors import Visitor, World
from deploy.local.programs import HOST
from deploy.local.supervisor import families
from deploy.local.verify.command import verify
from shared.funds.loading import load
from shared.funds.period import Period

FUND, FORM = load(["dz-cnas"])["dz-cnas"], "das"
FILES_A_SECOND = 1.2
READS_A_FILE = 20
WORKERS_A_FILE = 30
READ_CONNECTIONS = 32
ACCEPTED_WITHIN_S = 60.0
AS_A_CLIENT_DOES = Retry(total=5, connect=0, read=0, status_forcelist=[503], allowed_methods=None)
"""A busy service says when to come again (`Retry-After`): the same file, under the same key, is sent then."""


def main(seconds: float, rounds: int = 1) -> int:
    """Rounds of the mix; how many of them left something that must not be."""
    failed = 0
    for number in range(rounds):
        hold(seconds)
        if rounds > 1:
            print(f"round {number + 1} of {rounds}", flush=True)
            failed += verify(os.environ, var=place.var(os.environ))
    return failed


def hold(seconds: float) -> None:
    world = World(addresses.ports(os.environ), Reporter())
    world.reporter.trace_id = "0" * 32  # not a trace: a tenth is sampled, as from any frontend
    firms = [cast(FUND, run=next_run(), count=WORKERS_A_FILE) for _ in range(int(seconds * FILES_A_SECOND) + 1)]
    employer = Visitor(world, FUND.fund_id)
    employer.session.mount("http://", HTTPAdapter(max_retries=AS_A_CLIENT_DOES))
    register(firms, employer)
    first = send(employer, firms.pop(0)).declaration_id
    accepted(employer, [first])
    services = processes()
    before_s = {name: cpu_s(each) for name, each in services.items()}
    began_s = time.perf_counter()
    with ThreadPoolExecutor() as pool:
        reads = pool.submit(read, world, employer, first, seconds)
        sent = [pool.submit(send, employer, firm) for firm in on_the_clock(firms, began_s)]
        files = [each.result() for each in sent]
        answers = reads.result()
    spent_s = time.perf_counter() - began_s
    cores = {name: (cpu_s(each) - before_s[name]) / spent_s for name, each in services.items()}
    late_s = accepted(employer, [each.declaration_id for each in files])
    took_ms = [each.took_ms for each in files]
    report = {
        "done": len(files),
        "sent_again": sum(each.sent_again for each in files),
        "file_p99_ms": percentile(took_ms, 0.99),
        "file_p50_ms": percentile(took_ms, 0.5),
        "reads": answers.served(200),
        "other": answers.statuses.total() - answers.served(200) + answers.not_sent + answers.broken,
        "read_p99_ms": answers.percentile_ms(0.99),
        "read_p50_ms": answers.percentile_ms(0.5),
        "accepted_after_s": late_s,
        "cores": cores,
        "mb": {name: sum(each.memory_info().rss for each in found) / 1e6 for name, found in services.items()},
    }
    print(json.dumps(report), flush=True)


def register(firms: Sequence[Cast], employer: Visitor) -> None:
    """All firms and their workers in the fund's register, and one user who declares for all of them."""
    with tempfile.TemporaryDirectory() as home:
        written = [write_register(_folder(home, firm), firm) for firm in firms]
        persons, employers = (
            _joined(Path(home) / name, files) for name, files in zip("pe", zip(*written, strict=True), strict=True)
        )
        command(["import-register", FUND.fund_id, "--persons", str(persons), "--employers", str(employers)])
    login, password = f"cabinet-{firms[0].run}", "Oasis-of-the-last-day-7"
    numbers = [part for firm in firms for part in ("--employer", firm.employer.number)]
    command(
        ["add-user", FUND.fund_id, "--kind", "employer", "--login", login, "--password-stdin", *numbers],
        answer=password,
    )
    employer.sign_in(login, password, scope=EMPLOYER_SCOPE)


def _folder(home: str, firm: Cast) -> Path:
    folder = Path(home) / str(firm.run)
    folder.mkdir()
    return folder


def _joined(path: Path, files: Sequence[Path]) -> Path:
    """Several CSV files with one header as one."""
    tables = [file.read_text("utf-8").splitlines() for file in files]
    path.write_text("\n".join([tables[0][0], *(line for table in tables for line in table[1:])]) + "\n", "utf-8")
    return path


def command(arguments: Sequence[str], *, answer: str = "") -> None:
    done = operator.command("identity", arguments, answer=answer)
    if done.returncode:
        raise SystemExit(f"{arguments[0]}: {done.stdout[-500:]} {done.stderr[-500:]}")


@dataclass(frozen=True)
class SentFile:
    declaration_id: str
    took_ms: float
    """From the first try to the answer, waits between tries included."""
    sent_again: int
    """How often, as the service was busy."""


def send(employer: Visitor, firm: Cast) -> SentFile:
    """One firm's annual declaration."""
    began_s = time.perf_counter()
    form = {"employer_id": firm.employer.number, "form": FORM, "period": str(today().year - 1)}
    files = payroll.wage_files(firm, FUND.declarations.forms[FORM], Period(today().year - 1))
    parts = [("files", (name, text, "text/plain")) for name, text in files.items()]
    answer = employer.raw("POST", "payments", "/declarations", data=form, files=parts)
    answer.raise_for_status()
    return SentFile(
        declaration_id=answer.json()["declaration_id"],
        took_ms=(time.perf_counter() - began_s) * 1000,
        sent_again=len(answer.raw.retries.history),
    )


def on_the_clock(firms: Sequence[Cast], began_s: float) -> Any:
    """Each firm when it is due."""
    for number, firm in enumerate(firms):
        time.sleep(max(0.0, began_s + number / FILES_A_SECOND - time.perf_counter()))
        yield firm


def read(world: World, employer: Visitor, declaration_id: str, seconds: float) -> Any:
    """Declarations looked at, again and again."""
    headers = {"Authorization": f"Bearer {employer.token}", "Accept-Language": "fr"}
    asked = request("GET", f"/v1/{FUND.fund_id}/declarations/{declaration_id}", headers=headers)
    address = HOST, world.ports["PAYMENTS_PORT"]
    rate = FILES_A_SECOND * READS_A_FILE
    return ask(address, lambda _: asked, connections=READ_CONNECTIONS, seconds=seconds, a_second=rate)


def accepted(employer: Visitor, declaration_ids: Sequence[str], *, within_s: float = ACCEPTED_WITHIN_S) -> float:
    """Seconds until all of them are accepted. Each is waited for in its turn: asking for all again and again would be a
    load of its own."""
    began_s = time.perf_counter()
    for each in declaration_ids:
        while employer.get("payments", f"/declarations/{each}")["status"] != "accepted":
            if time.perf_counter() - began_s > within_s:
                raise SystemExit(f"declaration {each} was not accepted in {within_s:.0f} s")
            time.sleep(0.1)
    return time.perf_counter() - began_s


def processes() -> dict[str, list[psutil.Process]]:
    """The platform's processes in two heaps: the services' own, and engines with everything else."""
    heaps: dict[str, list[psutil.Process]] = {"services": [], "engines and simulators": []}
    for name, found in families(var=place.var(os.environ)).items():
        is_ours = name.lower().endswith((" web", " worker", "-web", "-worker"))
        heaps["services" if is_ours else "engines and simulators"] += found
    return heaps


def cpu_s(found: Sequence[psutil.Process]) -> float:
    return sum(sum(each.cpu_times()[:2]) for each in found if each.is_running())


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), *map(int, sys.argv[2:3])))
