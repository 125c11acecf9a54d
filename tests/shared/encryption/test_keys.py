"""An encrypted value opens for its owner, class and fund only, and an older key still opens what it encrypted."""

import json
from typing import Any

import pytest

from shared.encryption.keys import DecryptionFailed, FundKeys, KeyMissing, from_data, generate_keyring, restricted
from shared.kernel.personal import DataClass, Encrypted

FUND = "dz-cnas"
NAME = "بن صالح أميرة"


def keyring(**changes: Any) -> FundKeys:
    return from_data({**generate_keyring([FUND]), **changes})[FUND]


def test_a_value_comes_back_and_never_looks_the_same_twice() -> None:
    keys = keyring()
    one, two = (keys.encrypt(NAME, data_class=DataClass.CIVIL, associated_data="p1") for _ in range(2))
    assert one != two and NAME not in one
    assert keys.decrypt(one, data_class=DataClass.CIVIL, associated_data="p1") == NAME


def test_a_value_moved_to_another_person_class_or_fund_does_not_open() -> None:
    data = generate_keyring([FUND])
    data["tn-cnss"] = data[FUND]  # the same keys, so that only the binding can refuse
    keys = from_data(data)
    encrypted = keys[FUND].encrypt(NAME, data_class=DataClass.CIVIL, associated_data="p1")
    with pytest.raises(DecryptionFailed):
        keys[FUND].decrypt(encrypted, data_class=DataClass.CIVIL, associated_data="p2")
    with pytest.raises(DecryptionFailed):
        keys["tn-cnss"].decrypt(encrypted, data_class=DataClass.CIVIL, associated_data="p1")
    changed = Encrypted(encrypted[:-3] + ("AAA" if encrypted[-3:] != "AAA" else "BBB"))
    with pytest.raises(DecryptionFailed):
        keys[FUND].decrypt(changed, data_class=DataClass.CIVIL, associated_data="p1")


def test_a_service_holds_the_classes_that_it_was_given() -> None:
    data = generate_keyring([FUND])
    whole, part = from_data(data)[FUND], from_data(restricted(data, [DataClass.CONTACT]))[FUND]
    encrypted = whole.encrypt(NAME, data_class=DataClass.HEALTH, associated_data="p1")
    with pytest.raises(KeyMissing):
        part.decrypt(encrypted, data_class=DataClass.HEALTH, associated_data="p1")
    assert part.person_ref("900000000001") == whole.person_ref("900000000001")


def test_the_strictest_class_is_among_those_held() -> None:
    data = generate_keyring([FUND])
    for classes, strictest in (
        ([DataClass.CONTACT], DataClass.CONTACT),
        ([DataClass.CIVIL, DataClass.BANK], DataClass.BANK),
        (list(DataClass), DataClass.HEALTH),
    ):
        assert from_data(restricted(data, classes))[FUND].strictest is strictest


def test_after_a_rotation_the_old_key_still_opens_and_the_new_one_seals() -> None:
    data: Any = json.loads(json.dumps(generate_keyring([FUND])))
    old = from_data(data)[FUND].encrypt(NAME, data_class=DataClass.BANK, associated_data="p1")
    civil = data[FUND]["classes"]["bank"]
    civil["keys"]["k2"] = generate_keyring([FUND], key_id="k2")[FUND]["classes"]["bank"]["keys"]["k2"]  # type: ignore[index]
    civil["current"] = "k2"
    rotated = from_data(data)[FUND]
    assert rotated.decrypt(old, data_class=DataClass.BANK, associated_data="p1") == NAME
    assert rotated.encrypt(NAME, data_class=DataClass.BANK, associated_data="p1").startswith("k2.")


def test_references_and_indexes_are_keyed_and_of_one_fund() -> None:
    data = generate_keyring([FUND])
    data["tn-cnss"] = data[FUND]
    keys = from_data(data)
    ref = keys[FUND].person_ref("900000000001")
    assert len(ref) == 25 and ref[0] == "p" and ref != keys["tn-cnss"].person_ref("900000000001")
    index = keys[FUND].blind_index("109900000000000001", of="national-id")
    assert index != keys[FUND].blind_index("109900000000000001", of="insurance-number")
    assert index != keyring().blind_index("109900000000000001", of="national-id")
