"""How a measured program tells its time. It needs nothing but Python, so that the peers' programs can use it too."""

import json
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Stopwatch:
    """From the first thing to the last: wall time, and the CPU time of this process."""

    wall_s: float = field(default_factory=time.perf_counter)
    cpu_s: float = field(default_factory=time.process_time)

    def report(self, done: int, **more: Any) -> None:
        """Print the run as the bench reads it."""
        spent = {"seconds": time.perf_counter() - self.wall_s, "cpu_s": time.process_time() - self.cpu_s}
        print(json.dumps({"done": done, **spent, **more}), flush=True)
