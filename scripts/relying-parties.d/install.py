"""Installs a product by its name from the registry of its language, into a directory of its own.

Each function returns the versions that are there. A list of exact versions makes an installation repeatable;
without one the newest is taken.
"""

import json
import os
import subprocess
import sys


class NotInstalled(Exception):
    """The registry did not give the product."""


def run(command, **options):
    try:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, timeout=900, **options)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"{command[0]}: {error}") from error
    if ended.returncode:
        lines = ended.stdout.strip().splitlines()
        raise NotInstalled(f"{command[0]}: {lines[-1] if lines else ended.returncode}")
    return ended.stdout


def python(home, *names):
    """Python packages, for the interpreter that runs this."""
    if not (home / "done").exists():
        run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--root-user-action=ignore", "--upgrade", "--target", home, *names])
        (home / "done").touch()
    listed = run([sys.executable, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check", "--path", home])
    return {package["name"].lower().replace("_", "-"): package["version"] for package in json.loads(listed)}


def node(home, *names):
    """Node packages, or what the package.json and the lock file that are there say."""
    if not (home / "node_modules").exists():
        home.mkdir(parents=True, exist_ok=True)
        command = ["npm", "ci"] if not names else ["npm", "install", *names]
        run([*command, "--no-audit", "--no-fund", "--ignore-scripts"], cwd=home)
    versions = {}
    for package in list(home.glob("node_modules/*/package.json")) + list(home.glob("node_modules/@*/*/package.json")):
        read = json.loads(package.read_text())
        versions[read.get("name")] = read.get("version")
    return versions


def go(home, package):
    """A program in Go: `module@latest` or `module@version`."""
    home.mkdir(parents=True, exist_ok=True)
    if not any(home.iterdir()):
        environment = {**os.environ, "GOBIN": str(home), "GOFLAGS": "-buildvcs=false"}
        run(["go", "install", package], env=environment)
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
        run(["apt-get", "update", "-qq"], env=environment)
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], env=environment)
    return {name: version(name) for name in names}


def maven(home, pom):
    """The libraries of a pom."""
    if not (home / "pom.xml").exists():
        home.mkdir(parents=True, exist_ok=True)
        run(["mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies", f"-DoutputDirectory={home}"])
        (home / "pom.xml").write_bytes(pom.read_bytes())
    return {jar.stem.rpartition("-")[0]: jar.stem.rpartition("-")[2] for jar in home.glob("*.jar")}
