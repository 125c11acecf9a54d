"""Throttling of whatever has to be proven: failed attempts are counted under a name, and delay the next ones."""

from services.identity.accounts import lockout, store
from services.identity.accounts.login_throttle import LoginThrottle
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork


def before(uow: UnitOfWork, name: str) -> LoginThrottle:
    """The throttle of a name, whether or not anybody has it."""
    index = uow.keys.blind_index(name, of="door")
    return store.throttles.find_only(uow, name=index) or LoginThrottle(door_id=uow.new_id(), name=index)


def locked_s(uow: UnitOfWork, throttle: LoginThrottle) -> int:
    """Seconds until the next attempt is allowed; 0 where it is allowed now."""
    until = lockout.locked_until(throttle, at=uow.at)
    return 0 if until is None else -int((uow.at - until).total_seconds() // 1)


def failed(uow: UnitOfWork, throttle: LoginThrottle) -> int:
    """Count a failed attempt; for how many seconds the name is throttled now."""
    return locked_s(uow, store.throttles.save(uow, Outcome(lockout.failed(throttle, at=uow.at))))


def passed(uow: UnitOfWork, throttle: LoginThrottle) -> None:
    """An attempt succeeded: the failures before it do not count any more."""
    store.remove_throttle(uow, throttle)


def locked(seconds: int) -> lockout.LoginThrottled:
    """The refusal while a name is throttled."""
    return lockout.LoginThrottled(retry_after_s=seconds, minutes=-(-seconds // 60))
