"""The settings that claims has of its own: none today."""

from dataclasses import dataclass

from environs import Env


@dataclass(frozen=True)
class Settings:
    """Claims needs nothing beside what every service needs."""


def read(env: Env) -> Settings:
    return Settings()
