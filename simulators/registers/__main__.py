"""`python -m simulators.registers`: the registers of other administrations as a program of its own."""

import logging
import os
import signal
import sys

from werkzeug.serving import make_server

from simulators.registers.app import application
from simulators.registers.book import Book
from simulators.registers.exchange import Exchange
from simulators.registers.settings import Settings


def main() -> None:
    """Serve the registers until SIGTERM, with the settings of the environment."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    settings = Settings.read(os.environ)
    book = Book(settings.state_dir)
    server = make_server(settings.host, settings.port, application(settings, book), threaded=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Exchange(book, settings.folder).start()
    print(f"partner registers on http://{settings.host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


main()
