"""What was measured on: figures without it say nothing."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def described() -> list[tuple[str, str]]:
    """The machine and the versions that matter, as rows."""
    return [
        ("cores", str(os.cpu_count())),
        ("processor", _processor()),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"),
        ("Python", platform.python_version()),
        ("load before", " ".join(f"{load:.2f}" for load in os.getloadavg())),
        *((name, version(name)) for name in ("flask", "gunicorn", "pymongo", "kafka-python", "crc32c")),
    ]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
