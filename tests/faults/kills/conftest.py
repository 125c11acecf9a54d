"""One durable document engine for all kills of a module, and scenes that were played to their end upon it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.engines import secantusdb
from deploy.local.programs import free_port, running
from tests.faults.kills.invariants import Ended, looked_at
from tests.faults.kills.scene import playing
from tests.faults.kills.story import Story


@dataclass(frozen=True)
class Ground:
    """A folder, and a document engine that keeps what it acknowledged whatever happens to it."""

    folder: Path
    mongodb: str


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder, port = tmp_path_factory.mktemp("kills"), free_port()
    engine = secantusdb.program(port=port, storage=folder / "data", options=secantusdb.DURABLE)
    with running(engine, log=folder / "mongodb.log"):
        yield Ground(folder, secantusdb.uri(port=port))


@pytest.fixture(scope="module")
def ended(ground: Ground, request: pytest.FixtureRequest) -> Iterator[Ended]:
    """The story, in which each service's worker is killed at the step that is asked for, and started again."""
    with playing(ground.folder, ground.mongodb) as scene:
        scene.start_simulators()
        scene.start(step=request.param)
        story = Story(scene)
        story.begin()
        scene.arm()
        story.go_on()
        scene.until(story.is_over, what="the story to end")
        yield looked_at(scene)
