"""YAML without duplicate keys: the second would silently replace the first."""

from collections import Counter
from collections.abc import Hashable
from typing import Any

import yaml


class UniqueKeys(yaml.CSafeLoader):
    """PyYAML's safe loader over libyaml, ten times as fast as the one in Python. Raises `yaml.YAMLError` with the place
    of a duplicate key."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = (self.construct_object(key, deep=True) for key, _ in node.value)
        times = Counter(key for key in keys if isinstance(key, Hashable))
        for twice in (key for key, count in times.items() if count > 1):
            raise yaml.MarkedYAMLError(problem=f"{twice} is said twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep=deep)

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:  # 2025-02-30
            raise yaml.MarkedYAMLError(problem=f"{node.value} is no day", problem_mark=node.start_mark) from None


UniqueKeys.add_constructor("tag:yaml.org,2002:timestamp", UniqueKeys.construct_yaml_timestamp)


def parse(text: str) -> Any:
    """The content of a YAML text. Raises `yaml.YAMLError`."""
    return yaml.load(text, Loader=UniqueKeys)  # noqa: S506  a SafeLoader
