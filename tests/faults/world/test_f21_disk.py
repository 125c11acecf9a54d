"""F21: the disk is full, under the database, the bank's folder, the logs. Writes are refused cleanly and go on after
space is made; no half file is picked up. Each folder is a small file system of its own."""

import contextlib
import io
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.faults.world.client import WAIT_MAX_S, SignedInUser
from tests.faults.world.town import Town
from tests.kit.waiting import until

SIZE_BYTES = 400 << 20
FULL_S = 6.0
FOLDERS = ("mongodb", "bank", "log")


def may_mount() -> bool:
    """Whether this process may make a file system in memory."""
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


@pytest.fixture(scope="module")
def cramped() -> Iterator[Town]:
    """A town whose database, bank and logs stand on small disks."""
    if not may_mount():
        pytest.skip("a file system of a given size needs the right to mount")
    with contextlib.ExitStack() as endings:
        folder = Path(endings.enter_context(tempfile.TemporaryDirectory(prefix="himaya-faults-")))
        for name in FOLDERS:
            (folder / name).mkdir()
            size = f"size={SIZE_BYTES}"
            subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder / name)], check=True)
            endings.callback(subprocess.run, ["umount", "-l", str(folder / name)])
        town = Town(folder)
        endings.callback(town.end)
        town.begin()
        yield town


@contextlib.contextmanager
def full(folder: Path) -> Iterator[None]:
    """Not a byte is left on the disk of this folder."""
    filler = folder / "filler"
    try:
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 20))
        yield
    finally:
        filler.unlink()


def test_f21_the_disk_of_the_database_is_full(cramped: Town) -> None:
    """Large papers come until it can write no more. SecantusDB then refuses everything until it is started again."""
    world, large = cramped.world, [threading.Thread(target=_upload, args=(user,)) for _, user in cramped.people.persons]
    with cramped.under_load(minutes=0.4):
        time.sleep(2)
        with full(world.var / "mongodb"):
            for thread in large:
                thread.start()
            until(lambda: any(":503" in each for each in _tries(cramped, "large")), what="the refusal of a large paper")
            time.sleep(FULL_S)
        world.processes["mongodb"].kill()
        world.start("mongodb")
        for thread in large:
            thread.join(WAIT_MAX_S)
    assert world.fell == []


@pytest.mark.parametrize("name", ["bank", "log"])
def test_f21_the_disk_is_full(cramped: Town, name: str) -> None:
    """Of the bank, which refuses until it is started again; of the logs, whose lines are lost and nothing else."""
    with cramped.under_load(minutes=0.4):
        time.sleep(2)
        with full(cramped.world.var / name):
            time.sleep(FULL_S)
        if name == "bank":
            cramped.world.restart("bank")
        time.sleep(1)
    assert cramped.world.fell == []


def _upload(user: SignedInUser) -> None:
    noise = Image.frombytes("RGB", (1000, 1000), os.urandom(3_000_000))
    picture = io.BytesIO()
    noise.save(picture, "JPEG", quality=95)
    file = {"file": ("large.jpg", picture.getvalue(), "image/jpeg")}
    user.command("upload", "large", "documents", "/uploads", files=file)


def _tries(town: Town, about: str) -> list[str]:
    return [each for call in town.record.calls if call.about == about for each in call.tries]
