"""What stands before whoever has to prove something: tries that are counted under a name, and a door that shuts."""

from services.identity.accounts import rules, store
from services.identity.accounts.door import Door
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork


def before(uow: UnitOfWork, name: str) -> Door:
    """The door of a name, whether or not anybody has it."""
    index = uow.keys.blind_index(name, of="door")
    return store.doors.find_only(uow, name=index) or Door(door_id=uow.new_id(), name=index)


def shut_s(uow: UnitOfWork, door: Door) -> int:
    """How many seconds from now nobody may try again; 0 where one may."""
    until = rules.shut_until(door, at=uow.at)
    return 0 if until is None else -int((uow.at - until).total_seconds() // 1)


def failed(uow: UnitOfWork, door: Door) -> int:
    """A try failed: it counts. How many seconds the door is shut now."""
    return shut_s(uow, store.doors.save(uow, Outcome(rules.failed(door, at=uow.at))))


def passed(uow: UnitOfWork, door: Door) -> None:
    """A try held: the failures before it do not count any more."""
    store.open_door(uow, door)


def shut(seconds: int) -> rules.DoorShut:
    """What is said at a door that is shut."""
    return rules.DoorShut(retry_after_s=seconds, minutes=-(-seconds // 60))
