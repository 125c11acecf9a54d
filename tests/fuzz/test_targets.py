"""Any bytes, and good ones gone wrong: each reader answers or refuses in its own words, and comes to an end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import Target, targets

HANGS_AFTER_S = 20
"""Far beyond what any of them takes, even on a busy machine."""

ALL = targets()
NESTED = [b"[" * 60_000, b'{"a":' * 10_000, b'{"type": "t", "data": {"a":' + b"[" * 60_000]
ODD = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\n",
    b"9" * 5_000,
    "٣".encode() * 20,
    b'"\\ud800"',
    b'{"care_on": "\\ud800", "claim_type": "\\u0000", "lines": [NaN], "papers": Infinity}',
    b"ce_id: 1\nce_type: a.v" + b"9" * 5_000 + b"\nce_fund: f\nce_partitionkey: k",
    b"ce_id: 1\nce_type: a.v1\nce_fund: f\nce_partitionkey: k\nce_sequence: soon",
    b"ce_id: 1\nce_type: a.v1\nce_fund: f\nce_partitionkey: k\nce_sequence: " + b"9" * 5_000,
]


@contextmanager
def ended() -> Iterator[None]:
    """What is inside comes to an end, or the test fails instead of standing still."""

    def hangs(*_: object) -> None:
        raise AssertionError(f"it did not end within {HANGS_AFTER_S} s")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(HANGS_AFTER_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def spoilt(seed: bytes, entropy: st.DataObject) -> bytes:
    """A good input with a few stretches changed, taken out, doubled or put in."""
    made = bytearray(seed)
    for _ in range(entropy.draw(st.integers(0, 4))):
        at = entropy.draw(st.integers(0, len(made)))
        length = entropy.draw(st.integers(0, 12))
        made[at : at + length] = entropy.draw(
            st.one_of(st.binary(max_size=12), st.sampled_from([bytes(made[at : at + 60]), b"-", b"9" * 12, b"\x00"]))
        )
    return bytes(made)


@pytest.mark.parametrize("target", ALL, ids=lambda target: target.name)
def test_a_seed_is_read(target: Target) -> None:
    """Else chance would go on from what is refused at the door."""
    for seed in target.seeds:
        target.read(seed)


@pytest.mark.parametrize("target", ALL, ids=lambda target: target.name)
def test_odd_inputs_are_answered_for(target: Target) -> None:
    for sent in (*ODD, *NESTED):
        with ended():
            target.attempt(sent)


@pytest.mark.parametrize("target", ALL, ids=lambda target: target.name)
def test_whatever_comes_is_read_or_refused(target: Target) -> None:
    @settings(max_examples=target.examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(entropy=st.data())
    def attempt(entropy: st.DataObject) -> None:
        seed = entropy.draw(st.sampled_from(list(target.seeds)))
        sent = entropy.draw(st.binary(max_size=400)) if entropy.draw(st.integers(0, 4)) == 0 else spoilt(seed, entropy)
        with ended():
            target.attempt(sent)

    attempt()
