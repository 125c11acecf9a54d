"""Fuzzes one target with atheris until its time is over: `python -m tests.fuzz.one TARGET [libFuzzer's own options]`.

A file among the options is tried once and nothing else: so is what made it fail looked at again.
"""

import sys

import atheris

with atheris.instrument_imports(include=["services", "shared", "joserfc", "werkzeug.formparser", "werkzeug.sansio"]):
    from tests.fuzz.targets import INPUT_BYTES_MAX, Target, targets


def main(arguments: list[str]) -> None:
    name, *options = arguments
    target: Target = next(each for each in targets() if each.name == name)

    def attempt(sent: bytes) -> None:
        target.attempt(sent)

    atheris.Setup(["fuzz", f"-max_len={INPUT_BYTES_MAX}", "-timeout=10", "-rss_limit_mb=1024", *options], attempt)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
