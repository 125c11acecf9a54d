"""F21: the disk is full, under the database, the bank's folder, the logs. Writes are refused cleanly and go on after
space is made; no half file is picked up. Each folder is a small file system of its own."""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.world.client import say
from tests.faults.world.town import Town

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


@pytest.mark.parametrize("name", FOLDERS)
def test_f21_the_disk_is_full(cramped: Town, name: str) -> None:
    with cramped.under_load(minutes=0.3):
        time.sleep(2)
        with full(cramped.world.var / name):
            time.sleep(FULL_S)
        time.sleep(1)
    say(f"free on {name}: {os.statvfs(cramped.world.var / name).f_bavail * 4096 >> 20} MiB")
