"""The Java engines' jars: Maven fetches what `recipes/*.xml` name, once, into a directory that git ignores."""

import shutil
import subprocess
from pathlib import Path

from deploy.local import terminal
from deploy.local.programs import Broken, last_words

RECIPES = Path(__file__).with_name("recipes")
FETCH_MAX_S = 600


def java() -> str | None:
    """The Java that would run them, where there is one."""
    return shutil.which("java")


def fetch(name: str, *, into: Path) -> Path:
    """The directory with the jars of `recipes/<name>.xml`; Broken where they are not there and cannot be fetched."""
    into = into.absolute()  # Maven takes a relative directory from beside the recipe
    recipe, jars, log = RECIPES / f"{name}.xml", into / name, into / f"{name}.log"
    done = jars / recipe.name  # a copy of the recipe, laid beside the jars once they are all there
    if done.exists() and done.read_bytes() == recipe.read_bytes():
        return jars
    if (maven := shutil.which("mvn")) is None:
        raise Broken(f"the jars of {name} are not here yet and Maven's `mvn`, which fetches them, is missing")
    terminal.write_line(f"  once: fetching the jars of {name}")
    shutil.rmtree(jars, ignore_errors=True)
    jars.mkdir(parents=True)
    command = [maven, "-q", "-B", "-f", str(recipe), "dependency:copy-dependencies"]
    command += ["-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
    with log.open("wb") as output:
        status = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, timeout=FETCH_MAX_S).returncode
    if status:
        raise Broken(f"the jars of {name} could not be fetched: {last_words(log)}")
    shutil.copy(recipe, done)
    return jars
