"""Installs a product by its name from the registry of its language, into a directory of its own.

Each function returns the versions that are there. A list of exact versions makes an installation repeatable;
without one the newest is taken.
"""

import json
import os
import subprocess
import shutil
import sys
from pathlib import Path


# the lists of exact versions, for what scripts/test installs
PINNED = Path(__file__).with_name("pinned")
# only what is installed already is run
IS_OFFLINE = False


class NotInstalled(Exception):
    """The registry did not give the product."""


def fetch(command, **options):
    """Runs a command that asks a registry."""
    if IS_OFFLINE:
        raise NotInstalled("it is not installed, which `scripts/relying-parties --install` does")
    return run(command, **options)


def run(command, **options):
    try:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, timeout=1800, **options)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"{command[0]}: {error}") from error
    if ended.returncode:
        lines = ended.stdout.strip().splitlines()
        raise NotInstalled(f"{command[0]}: {lines[-1] if lines else ended.returncode}")
    return ended.stdout


def python(home, *names):
    """Python packages, for the interpreter that runs this; of a pinned list, the versions there."""
    pinned = PINNED / f"{home.name}.txt"
    wanted = pinned.read_text() if pinned.exists() else " ".join(names)
    if not is_there(home, wanted):
        names = ["--no-deps", "-r", pinned] if pinned.exists() else names
        fetch([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
               "--root-user-action=ignore", "--upgrade", "--no-compile", "--target", home, *names])
        (home / "installed").write_text(wanted)
    listed = run([sys.executable, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check", "--path", home])
    return {package["name"].lower().replace("_", "-"): package["version"] for package in json.loads(listed)}


def environment(home, *names):
    """Python packages with their programs, in an environment of its own: the versions there."""
    wanted = " ".join(names)
    if not is_there(home, wanted):
        fetch([sys.executable, "-m", "venv", home])
        fetch([home / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", *names])
        (home / "installed").write_text(wanted)
    listed = run([home / "bin/pip", "list", "--format", "json", "--disable-pip-version-check"])
    return {package["name"].lower().replace("_", "-"): package["version"] for package in json.loads(listed)}


def node(home, *names):
    """Node packages; of a pinned package.json and its lock file, the versions there."""
    pinned = PINNED / home.name
    wanted = (pinned / "package-lock.json").read_text() if pinned.exists() else " ".join(names)
    if not is_there(home, wanted):
        home.mkdir(parents=True, exist_ok=True)
        if pinned.exists():
            shutil.copytree(pinned, home, dirs_exist_ok=True)
        command = ["npm", "ci"] if pinned.exists() else ["npm", "install", *names]
        fetch([*command, "--no-audit", "--no-fund", "--ignore-scripts"], cwd=home)
        (home / "installed").write_text(wanted)
    versions = {}
    for package in list(home.glob("node_modules/*/package.json")) + list(home.glob("node_modules/@*/*/package.json")):
        read = json.loads(package.read_text())
        versions[read.get("name")] = read.get("version")
    return versions


def is_there(home, wanted):
    """Whether the same was installed; an older installation is removed."""
    mark = home / "installed"
    if mark.exists() and mark.read_text() == wanted:
        return True
    if not IS_OFFLINE:
        shutil.rmtree(home, ignore_errors=True)
    return False


def go(home, package):
    """A program in Go: `module@latest` or `module@version`."""
    home.mkdir(parents=True, exist_ok=True)
    if not any(home.iterdir()):
        environment = {**os.environ, "GOBIN": str(home), "GOFLAGS": "-buildvcs=false"}
        fetch(["go", "install", package], env=environment)
    program = next(home.iterdir())
    for line in run(["go", "version", "-m", program]).splitlines():
        words = line.split()
        if words[:1] == ["mod"]:
            return program, words[2].lstrip("v")
    return program, "?"


def debian(*names):
    """Packages of Debian; as root they are installed if they are missing."""
    def version(name):
        found = subprocess.run(["dpkg-query", "-W", "-f", "${Status} ${Version}", name], capture_output=True, text=True)
        words = found.stdout.split()
        return words[3] if words[:3] == ["install", "ok", "installed"] else None

    missing = [name for name in names if not version(name)]
    if missing:
        if os.geteuid() != 0:
            raise NotInstalled(f"missing on this machine: {' '.join(missing)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        fetch(["apt-get", "update", "-qq"], env=environment)
        fetch(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], env=environment)
    return {name: version(name) for name in names}


def maven(home, pom):
    """The libraries of a pom."""
    if not (home / "pom.xml").exists():
        home.mkdir(parents=True, exist_ok=True)
        fetch(["mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies", f"-DoutputDirectory={home}"])
        (home / "pom.xml").write_bytes(pom.read_bytes())
    return {jar.stem.rpartition("-")[0]: jar.stem.rpartition("-")[2] for jar in home.glob("*.jar")}
