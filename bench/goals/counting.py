"""Instructions a request under callgrind: the same on a busy machine as on an idle one, give or take a few per cent.

Only the web process's own instructions are counted, in its threads too, from after its start; no engine's.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.goals.filing import written
from bench.ground import ISSUER, Ground, environment
from bench.results import Row
from bench.webs import WITHOUT_QUOTAS, claims_web, file_claims, filed
from deploy.local.programs import HOST, last_words
from services.claims.wiring import service as claims

REQUESTS = 30
LONGEST_S = 240.0


def measure(ground: Ground) -> list[Row]:
    if shutil.which("valgrind") is None:
        return [Row("Ir", "instructions a request", "not counted: there is no valgrind")]
    settings = _settings(ground)
    rows = []
    for what, said in (("read", "one claim read"), ("file", "a claim filed")):
        ours, bare = (_counted(ground, side, what, settings) for side in ("ours", "bare"))
        rows.append(
            Row(
                "Ir",
                f"instructions, {said}",
                f"{ours / 1e6:.2f} M",
                f"bare: {bare / 1e6:.2f} M",
                f"**{ours / bare:.2f}**",
            )
        )
    return rows


def _settings(ground: Ground) -> dict[str, str]:
    """What the process inside needs: a database with a claim in it, and somebody's token."""
    database = ground.database(claims)
    web = claims_web(ground, database)
    [claim_id] = file_claims(web, 1)
    return {
        **ground.settings(database),
        "KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:1",
        "ISSUER": ISSUER,
        "JWKS_URL": ground.jwks_url(),
        "BIND": f"{HOST}:1",
        "HEALTH_BIND": f"{HOST}:1",
        "TRACED_SHARE": "0.1",
        "QUOTAS": WITHOUT_QUOTAS,
        "TOKEN": web.headers["Authorization"].removeprefix("Bearer "),
        "CLAIM_ID": claim_id,
        "BODY": json.dumps(filed(0)),
        "WRITTEN": str(written(ground, database)),
    }


def _counted(ground: Ground, side: str, what: str, settings: dict[str, Any]) -> float:
    """Instructions a request."""
    counts, log = ground.home / f"callgrind-{side}-{what}", ground.log("callgrind")
    command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={counts}"]
    command += [sys.executable, "-m", "bench.inside", side, what, str(REQUESTS)]
    with log.open("wb") as output:
        ended = subprocess.run(
            command,
            env=environment(**settings, CALLGRIND="yes"),
            stdout=subprocess.DEVNULL,
            stderr=output,
            timeout=LONGEST_S,
            cwd=Path(__file__).parents[2],
        )
    found = re.search(r"^totals: (\d+)", counts.read_text(), re.M) if counts.exists() else None
    if ended.returncode or found is None:
        raise RuntimeError(f"callgrind ended with {ended.returncode}: {last_words(log)}")
    return int(found[1]) / REQUESTS
