"""YAML without duplicate keys: the second would silently replace the first."""

from typing import Any

import yaml


class UniqueKeys(yaml.CSafeLoader):
    """PyYAML's safe loader over libyaml, ten times as fast as the one in Python. Raises `yaml.YAMLError` with the place
    of a duplicate key."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for twice in {key for key in keys if keys.count(key) > 1}:
            raise yaml.MarkedYAMLError(problem=f"{twice} is said twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep=deep)


def parse(text: str) -> Any:
    """The content of a YAML text. Raises `yaml.YAMLError`."""
    return yaml.load(text, Loader=UniqueKeys)  # noqa: S506  a SafeLoader
