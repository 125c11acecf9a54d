"""`python -m tests.contracts.bus.member <mongodb> <database> <servers> <service> [<step> <flag file>]`: one consumer.

With a step it stops itself there (SIGSTOP), the first time, having left the flag file: as a process does whose machine
holds its breath.
"""

import os
import signal
import sys
import threading
from pathlib import Path

from shared.bus.consumer import EventConsumer
from shared.bus.inbox import Inbox
from shared.storage.connection import connect
from shared.storage.service_context import ServiceContext
from shared.telemetry import logs
from shared.telemetry.failpoints import watch
from tests.contracts.bus.ground import with_back_off
from tests.contracts.bus.tallies import reactions
from tests.kit.contexts import funds, keys


def stop_at(step: str, flag: Path) -> None:
    def look(passed: str) -> None:
        if passed == step and not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.SIGSTOP)

    watch(look)


if __name__ == "__main__":
    uri, database, servers, service, *where = sys.argv[1:]
    if where:
        stop_at(where[0], Path(where[1]))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    logs.start(service, level="INFO")
    context = ServiceContext(connect(uri, database), funds(), keys())
    reader = EventConsumer(
        Inbox(context, service=service, reactions=reactions),
        servers,
        session_timeout_ms=int(os.environ["MEMBER_SESSION_MS"]),
        worker=os.environ["MEMBER_WORKER"],
    )
    with_back_off(lambda: reader.run(stop), stop)
