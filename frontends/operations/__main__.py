"""`python -m frontends.operations`: the process of the pages for operations."""

import sys

from frontends.kit.serving import main
from frontends.operations.operations import OPERATIONS

sys.exit(main(OPERATIONS))
