"""What stands before whoever has to prove something: tries that are counted under a name, and a door that shuts."""

from services.identity.accounts import rules, store
from services.identity.accounts.door import Door
from shared.kernel.outcome import Outcome
from shared.storage.work import Work


def before(work: Work, name: str) -> Door:
    """The door of a name, whether or not anybody has it."""
    index = work.keys.blind_index(name, of="door")
    return store.doors.find_only(work, name=index) or Door(door_id=work.new_id(), name=index)


def shut_s(work: Work, door: Door) -> int:
    """How many seconds from now nobody may try again; 0 where one may."""
    until = rules.shut_until(door, at=work.at)
    return 0 if until is None else -int((work.at - until).total_seconds() // 1)


def failed(work: Work, door: Door) -> int:
    """A try failed: it counts. How many seconds the door is shut now."""
    return shut_s(work, store.doors.keep(work, Outcome(rules.failed(door, at=work.at))))


def passed(work: Work, door: Door) -> None:
    """A try held: the failures before it do not count any more."""
    store.open_door(work, door)


def shut(seconds: int) -> rules.DoorShut:
    """What is said at a door that is shut."""
    return rules.DoorShut(retry_after_s=seconds, minutes=-(-seconds // 60))
