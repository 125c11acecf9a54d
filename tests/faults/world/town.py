"""A world with its people: brought under load while faults happen, then healed, drained and checked."""

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.faults.world.checker import Checker, around
from tests.faults.world.client import Record, SignedInUser, write
from tests.faults.world.generator import RAILS, Load, declare
from tests.faults.world.people import ALGERIA, People
from tests.faults.world.world import World

FIRMS_A_MINUTE = 60


class Town:
    """What a test gets."""

    def __init__(
        self, folder: Path, *, more: Mapping[str, str] | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.seed = os.environ.get("FAULTS_SEED") or secrets.token_hex(4)
        self.world = World(folder, more=more)
        self.record = Record()
        self.people = People(self.world, self.record, clock=clock)
        self._loads, self._is_broken = 0, False

    def begin(self) -> None:
        """Everything runs, and each person has an account and the right to care."""
        self.world.begin()
        self.people.begin()
        user = self.people.user(ALGERIA.fund_id, login=self.people.home_login)
        user.sign_in()
        assert declare(user, self.people.home, today=self.people.today()), f"refused: {self.record.calls[-1]}"
        self.people.open_accounts()
        for _, person in self.people.persons:
            person.watch("the right to care", lambda person=person: _is_open(person))  # type: ignore[misc]
        self.checker = Checker(self.world, self.people)

    def end(self) -> None:
        self.world.end()

    @contextlib.contextmanager
    def under_load(self, *, minutes: float = 0.5, rails: Sequence[str] = RAILS) -> Iterator[Load]:
        """People come and go while the body does harm; then everything heals, drains and is checked."""
        assert not self._is_broken, "an earlier test left what cannot be: nothing more can be learned here"
        self.people.more(int(FIRMS_A_MINUTE * minutes))
        self._loads += 1
        seed = f"{self.seed}/{self._loads}"
        write(f"seed: FAULTS_SEED={self.seed}, load {self._loads}")
        before, load = len(self.record.calls), Load(self.people, seed=seed, rails=rails)
        load.start()
        try:
            yield load
        except BaseException:
            self._is_broken = True
            self._heal(load)
            raise
        self._heal(load)
        self.check(load)
        calls = self.record.calls[before:]
        again = sum(len(call.tries) > 1 for call in calls)
        write(f"{len(calls)} commands, {again} of them tried more than once; by itself fell: {self.world.fell}")

    def check(self, load: Load) -> None:
        """Nothing is wrong; where something is, all that there is to be known of it."""
        wrong = [*load.failures, *(f"not drained: {each}" for each in self.checker.drained())]
        wrong += self.checker.wrong()
        self._is_broken = bool(wrong)
        assert not wrong, self.reported(wrong)

    def reported(self, wrong: list[str]) -> str:
        calls = around(self.record.calls, wrong)
        listed = "\n".join(wrong)
        return f"FAULTS_SEED={self.seed}\n{listed}\n\ncalls:\n{calls}\n\nlogs:\n{self.world.tails()}"

    def _heal(self, load: Load) -> None:
        began_s = time.monotonic()
        self.world.heal()
        load.finish()
        write(f"healed and finished in {time.monotonic() - began_s:.1f} s")


def _is_open(person: SignedInUser) -> bool:
    return (person.get("claims", "/rights") or {}).get("status") == "open"
