"""A log that cannot be written stops nobody."""

import subprocess
import sys
from pathlib import Path

import pytest

WRITES = """
import logging, sys, structlog
from shared.telemetry import logs
logs.start("claims", level="INFO")
for number in range(500):
    structlog.get_logger().info("answered", number=number)
    logging.getLogger("library").warning("a line of a library's")
sys.stderr.write("it went on")
sys.stderr.flush()
import os
os._exit(0)
"""


def test_a_full_disk_loses_lines_and_nothing_else() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with full.open("wb") as nowhere:
        done = subprocess.run([sys.executable, "-c", WRITES], stdout=nowhere, stderr=subprocess.PIPE, timeout=60)
    assert done.stderr.endswith(b"it went on"), done.stderr[-500:]
    assert done.returncode == 0
