"""YAML of ours says every key once."""

import pytest
import yaml

from shared.kernel import yaml_text


def test_a_key_that_is_said_twice_is_refused_with_its_place() -> None:
    assert yaml_text.parse("a: {b: 1}\nc: {b: 2}") == {"a": {"b": 1}, "c": {"b": 2}}
    with pytest.raises(yaml.YAMLError, match="b is said twice"):
        yaml_text.parse("a: {b: 1, b: 2}")
