"""`python -m bench.platform`: the figures of a platform that runs (`make run`), through its public interfaces.

With numbers of workers behind it: a declaration of so many, and nothing else.
"""

import itertools
import json
import os
import secrets
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from bench.asking import ask, request
from deploy.local import addresses, place
from deploy.local.demo import papers, payroll
from deploy.local.demo.__main__ import next_run
from deploy.local.demo.employers import register, send, sign_in
from deploy.local.demo.people import cast
from deploy.local.demo.persons import account, filing
from deploy.local.demo.reporter import Reporter
from deploy.local.demo.scene import Scene
from deploy.local.demo.visitors import World
from deploy.local.supervisor import families
from shared.funds.loading import load
from simulators.messages.sms import NO_SUCH_NUMBER

FUND = load(["dz-cnas"])["dz-cnas"]
WORKERS = 10_000
SECONDS = 8.0
CLAIMS_MAX = 1_500
"""More than are filed here in the time that is measured."""


class Memory:
    """The largest resident size that each process of the run reached while it was watched, in MB."""

    def __init__(self, pid: int) -> None:
        self.root = psutil.Process(pid)
        self.peak: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            for process in self.root.children(recursive=True):
                try:
                    name = " ".join(process.cmdline()[1:5])[-60:]
                    size_mb = process.memory_info().rss / 1e6
                except (psutil.NoSuchProcess, IndexError):
                    continue
                self.peak[name] = max(self.peak.get(name, 0.0), size_mb)


class Spent:
    """CPU seconds of each program of the run since it was last asked."""

    def __init__(self) -> None:
        self.programs = families(var=place.var(os.environ))
        self.before_s = self._now()

    def show(self, since: str) -> None:
        now_s = self._now()
        spent_s = {name: now_s[name] - self.before_s[name] for name in now_s}
        self.before_s = now_s
        rows = [f"{name} {each:.1f}" for name, each in sorted(spent_s.items(), key=lambda row: -row[1]) if each >= 0.1]
        print(f"  CPU seconds {since}: {sum(spent_s.values()):.1f} ({', '.join(rows)})")

    def _now(self) -> dict[str, float]:
        return {name: sum(map(_cpu_s, found)) for name, found in self.programs.items()}


def _cpu_s(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:2]))
    except psutil.NoSuchProcess:
        return 0.0


def main() -> None:
    world = World(addresses.ports(os.environ), Reporter())
    pid = int((place.var(os.environ) / "run.lock").read_text())
    asked = [int(each) for each in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        for workers in asked or [WORKERS]:
            long_file(Scene(world, cast(FUND, run=next_run(), count=workers), Path(folder)), pid)
        if not asked:
            claims(Scene(world, cast(FUND, run=next_run(), count=3), Path(folder)))


def long_file(scene: Scene, pid: int) -> None:
    """A DAS of thousands of workers: upload to acceptance, acceptance to the last card."""
    workers = len(scene.characters.workers)
    began_s = time.monotonic()
    register(scene)
    print(f"register of {workers} persons imported twice: {time.monotonic() - began_s:.1f} s", flush=True)
    sign_in(scene)
    files, period = _wages(scene)
    spent = Spent()
    with Memory(pid) as memory:
        began_s = time.monotonic()
        sent = send(scene, files, period=period)
        answered_s = time.monotonic() - began_s
        path = f"/declarations/{sent['declaration_id']}"
        _until(lambda: scene.employer.get("payments", path)["status"] == "accepted")
        accepted_s = time.monotonic() - began_s
        spent.show("until it was accepted")
        _until(lambda: scene.employer.get("payments", path)["cards"]["refreshed"] == workers)
        refreshed_s = time.monotonic() - began_s
        spent.show("until the last card")
        # The provider refuses numbers that end so: such a worker is never told.
        last = next(each for each in reversed(scene.characters.workers) if not each.mobile.endswith(NO_SUCH_NUMBER))
        _until(lambda: len(scene.mailbox.of(last.mobile, channel="sms")) > 0)
        published_s = time.monotonic() - began_s
        spent.show("until the last worker was told")
    print(
        f"DAS of {workers} workers: answered in {answered_s:.1f} s, accepted in {accepted_s:.1f} s, "
        f"last card {refreshed_s - accepted_s:.1f} s later, "
        f"last worker told {published_s - refreshed_s:.1f} s after that"
    )
    for name, peak_mb in sorted(memory.peak.items(), key=lambda row: -row[1])[:6]:
        print(f"  peak {peak_mb:6.0f} MB  {name}")


def claims(scene: Scene) -> None:
    """Care claims filed and read, at one client and at eight."""
    register(scene)
    sign_in(scene)
    files, period = _wages(scene)
    send(scene, files, period=period)
    account(scene, scene.characters.workers[0])
    pairs = [[_paper(scene, kind, n) for kind in "AB"] for n in range(CLAIMS_MAX)]  # a paper stands in one claim
    unused = itertools.cycle(pairs[1:])
    time.sleep(2)
    base = urlsplit(scene.world.service("claims", scene.fund_id))
    headers = {"Authorization": f"Bearer {scene.worker.token}"}
    one = scene.worker.raw("POST", "claims", "/claims", json=filing(FUND, pairs[0])).json()

    def file(_: int) -> bytes:
        own = {**headers, "Idempotency-Key": secrets.token_hex(8)}
        return request("POST", f"{base.path}/claims", headers=own, body=json.dumps(filing(FUND, next(unused))).encode())

    def read(_: int) -> bytes:
        return request("GET", f"{base.path}/claims/{one['claim_id']}", headers=headers)

    for what, make, expected in (("claims created and submitted", file, 201), ("one claim read by its id", read, 200)):
        for clients in (1, 8):
            answers = ask((str(base.hostname), base.port or 80), make, connections=clients, seconds=SECONDS)
            served = answers.served(expected)
            refused = answers.statuses.total() + answers.broken - served
            took = f"median {answers.percentile_ms(0.5):.1f} ms, p99 {answers.percentile_ms(0.99):.1f} ms"
            print(f"{what}, {clients} clients: {served / answers.seconds:.1f}/s, {took}, {refused} refused")


def _wages(scene: Scene) -> tuple[dict[str, bytes], str]:
    """The wage files of the last period that has ended, and which that is."""
    period = scene.periods[-1]
    return payroll.wage_files(scene.characters, scene.form, period), str(period)


def _paper(scene: Scene, kind: str, number: int) -> str:
    """A paper of its own, uploaded; its id."""
    return scene.upload(f"{kind}{number}.pdf", papers.scanned(f"PAPER {kind} {number}"), "application/pdf")


def _until(holds: Any) -> None:
    for _ in range(3_000):
        if holds():
            return
        time.sleep(0.1)
    raise SystemExit("it never came")


if __name__ == "__main__":
    main()
