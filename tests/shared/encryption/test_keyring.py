"""A ring changes key by key, once for all services, and never so that something does not open any more by accident."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.encryption import keyring
from shared.encryption.keys import KeyMissing, from_data, generate_keyring, restricted
from shared.kernel.personal import DataClass, Encrypted

FUND, TN = "dz-cnas", "tn-cnss"
ALL = [each.value for each in DataClass]


def encrypted(held: Any, *, fund: str = FUND, data_class: DataClass = DataClass.BANK) -> Encrypted:
    return from_data(held)[fund].encrypt("value", data_class=data_class, associated_data="p1")


def opens(held: Any, value: Encrypted, *, fund: str = FUND, data_class: DataClass = DataClass.BANK) -> bool:
    try:
        return from_data(held)[fund].decrypt(value, data_class=data_class, associated_data="p1") == "value"
    except KeyMissing:
        return False


def test_at_every_step_what_one_service_seals_opens_for_the_other_that_is_a_step_behind() -> None:
    before = generate_keyring([FUND, TN])
    added = keyring.with_key(before, "k2", classes=ALL)
    in_use = keyring.with_current(added, "k2", classes=ALL)
    after = keyring.without_key(in_use, "k1", classes=ALL)
    for one, other in [(before, added), (added, in_use)]:
        assert opens(one, encrypted(other)) and opens(other, encrypted(one))
    assert not opens(before, encrypted(in_use)), "so the key is added everywhere before anybody uses it"
    assert opens(in_use, encrypted(before)) and not opens(after, encrypted(before)), (
        "so nothing of it may rest anywhere"
    )
    assert encrypted(in_use).startswith("k2.") and encrypted(added).startswith("k1.")


def test_indexes_and_references_stay() -> None:
    before = generate_keyring([FUND])
    after = keyring.with_current(keyring.with_key(before, "k2", classes=ALL), "k2", classes=ALL)
    for keys in (from_data(before)[FUND], from_data(after)[FUND]):
        assert keys.blind_index("1", of="x") == from_data(before)[FUND].blind_index("1", of="x")
        assert keys.person_ref("1") == from_data(before)[FUND].person_ref("1")


def test_one_class_may_change_alone_and_a_part_of_the_ring_has_the_same_keys() -> None:
    whole = keyring.with_key(generate_keyring([FUND]), "k2", classes=["bank"])
    whole = keyring.with_current(whole, "k2", classes=["bank"])
    assert encrypted(whole).startswith("k2.") and encrypted(whole, data_class=DataClass.CIVIL).startswith("k1.")
    assert opens(restricted(whole, [DataClass.BANK]), encrypted(whole))


def test_funds_do_not_share_a_key() -> None:
    whole = keyring.with_key(generate_keyring([FUND, TN]), "k2", classes=["bank"])
    keys = {fund: held["classes"]["bank"]["keys"]["k2"] for fund, held in whole.items()}
    assert keys[FUND] != keys[TN]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda held: keyring.with_key(held, "k1", classes=ALL), "there is a key k1 already"),
        (lambda held: keyring.with_current(held, "k9", classes=ALL), "there is no key k9"),
        (lambda held: keyring.without_key(held, "k1", classes=ALL), "the key k1 is current"),
        (lambda held: keyring.with_key(restricted(held, []), "k2", classes=ALL), "none of these classes"),
    ],
)
def test_a_change_that_would_lose_something_is_refused(change: Any, says: str) -> None:
    with pytest.raises(keyring.KeyringRefused, match=says):
        change(generate_keyring([FUND]))


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "shared.encryption", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def test_an_operator_changes_the_file_whole_and_deals_out_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(json.dumps(generate_keyring([FUND])))
    assert run("add", str(path), "k2").returncode == 0
    assert run("use", str(path), "k2", "--classes", "bank").returncode == 0
    whole = json.loads(path.read_text())
    assert {name: held["current"] for name, held in whole[FUND]["classes"].items()} == {
        **dict.fromkeys(ALL, "k1"),
        "bank": "k2",
    }
    assert path.stat().st_mode & 0o777 == 0o600
    refused = run("drop", str(path), "k2", "--classes", "bank")
    assert (refused.returncode, refused.stderr) == (1, "the key k2 is current\n")
    assert json.loads(path.read_text()) == whole, "a refused change changes nothing"
    part = run("part", str(path), "civil", "bank")
    assert json.loads(part.stdout) == restricted(whole, [DataClass.CIVIL, DataClass.BANK])
    assert run("drop", str(path), "k1", "--classes", "bank").returncode == 0
