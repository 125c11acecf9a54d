"""YAML of ours says every key once."""

from datetime import date

import pytest
import yaml

from shared.kernel import yaml_text


def test_a_key_that_is_said_twice_is_refused_with_its_place() -> None:
    assert yaml_text.parse("a: {b: 1}\nc: {b: 2}") == {"a": {"b": 1}, "c": {"b": 2}}
    with pytest.raises(yaml.YAMLError, match="b is said twice"):
        yaml_text.parse("a: {b: 1, b: 2}")


def test_a_day_that_there_is_not_is_named_with_its_place() -> None:
    with pytest.raises(yaml.YAMLError, match="2025-02-30 is no day") as found:
        yaml_text.parse("law:\n  valid_to: 2025-02-30\n")
    assert "line 2" in str(found.value)
    assert yaml_text.parse("2025-02-28") == date(2025, 2, 28)
