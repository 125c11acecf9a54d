"""What a measured program of ours stands on: the platform as a service's process has it."""

import os
from pathlib import Path

from shared.encryption.keys import from_file
from shared.funds.loading import load
from shared.storage.connection import connect
from shared.storage.service_context import ServiceContext


def context() -> ServiceContext:
    return ServiceContext(
        database=connect(os.environ["MONGODB_URI"], os.environ["MONGODB_DATABASE"]),
        funds=load([os.environ["FUNDS"]]),
        keys=from_file(Path(os.environ["KEYS_FILE"])),
    )
