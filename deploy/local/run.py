"""Keep programs running, in stages, until stopped (`plan.py` chooses the programs)."""

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from deploy.local import terminal
from deploy.local.programs import POLL_S, Broken, Program, last_words, refuse_taken_ports
from deploy.local.supervisor import Stage, Supervisor, supervised

WATCH_S = 1.0
ENDINGS = (signal.SIGINT, signal.SIGTERM)


def listen_for_the_end() -> None:
    """From here on, a request to stop is a KeyboardInterrupt, also where a shell had it ignored in the background."""
    for ending in ENDINGS:
        signal.signal(ending, signal.default_int_handler)


def keep_running(
    stages: Sequence[Stage], *, var: Path, between: Callable[[], None], once_ready: Callable[[], None]
) -> NoReturn:
    """Start the first stage, and `between` it and the others, which start at once, do what these need of it;
    `once_ready` when each program answered; then watch them.

    Ends by KeyboardInterrupt when it was asked to stop, by Broken when something fell. By then all that it started has
    ended, the last stage first.
    """
    stages = [stage for stage in stages if stage.programs]
    refuse_taken_ports(*(program for stage in stages for program in stage.programs))
    with supervised(stages, var=var) as supervisor:
        try:
            began_s = time.monotonic()
            _start(supervisor, stages[:1], began_s=began_s)
            between()
            _start(supervisor, stages[1:], began_s=began_s)
            once_ready()
            while True:
                supervisor.refuse_fallen()
                time.sleep(WATCH_S)
        finally:
            for ending in ENDINGS:
                signal.signal(ending, signal.SIG_IGN)  # stopping has begun and ends by itself
            terminal.write_line("Stopping.")


def _start(supervisor: Supervisor, stages: Sequence[Stage], *, began_s: float) -> None:
    """Start the stages and return once each of their programs has answered; prints a line for each."""
    waiting = {program.slug: program for stage in stages for program in stage.programs}
    answered: queue.Queue[Program] = queue.Queue()
    for program in waiting.values():
        threading.Thread(target=_ask_until_it_answers, args=(program, answered), daemon=True).start()
    for stage in stages:
        supervisor.start(stage)
    started_s = time.monotonic()
    while waiting:
        try:
            program = answered.get(timeout=WATCH_S)
        except queue.Empty:
            supervisor.refuse_ended()
            _refuse_late(waiting.values(), supervisor, waited_s=time.monotonic() - started_s)
        else:
            del waiting[program.slug]
            terminal.ready(program.name, after_s=time.monotonic() - began_s)


def _ask_until_it_answers(program: Program, answered: "queue.Queue[Program]") -> None:
    """In a thread of its own: a program that accepts a call and is slow to answer does not delay the others."""
    while not program.answers():
        time.sleep(POLL_S)
    answered.put(program)


def _refuse_late(waiting: Iterable[Program], supervisor: Supervisor, *, waited_s: float) -> None:
    for program in waiting:
        if waited_s > program.ready_max_s:
            raise Broken(f"{program.name} was not ready after {waited_s:.0f} s: {last_words(supervisor.log(program))}")
