"""One run of a product: its directory, its processes, what was found out."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from issuer import PASSWORD, Issuer, free_port
from person import Person

COLUMNS = ("sign-in", "groups", "refresh", "sign-out")
SECONDS = 600


class Run:
    def __init__(self, product, airside, home, version):
        self.product, self.home, self.version = product, home, version
        self.directory = Path(tempfile.mkdtemp(prefix="relying-party-"))
        self.processes, self.logs = [], []
        self.results = {}
        place = self.directory / "issuer"
        place.mkdir(mode=0o700)
        self.directory.chmod(0o755)
        self.issuer = Issuer(airside, place, getattr(product, "ISSUER", ""), getattr(product, "IS_TLS", False))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.app = self.directory / "app"
        self.app.mkdir()

    # the operator

    def register(self, name, *arguments, url=None, client_id=None):
        """Registers the product as its documentation says, and puts its files where it is run."""
        words = ["client", "create", *([client_id] if client_id else []), "--for", name, *arguments]
        if url != "":
            words += ["--at", url or self.url]
        created = self.issuer.run(*words)
        for file in created["files"]:
            self.write(file["name"].split(" ")[0], file["text"])
        return created

    def write(self, name, text):
        path = self.app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def change(self, name, replaced):
        """Adapts a file of the product to this run: ports, and times that would take too long."""
        text = (self.app / name).read_text()
        for old, new in replaced.items():
            expect(old in text, f"`{old}` is not in {name}")
            text = text.replace(old, new)
        return self.write(name, text)

    # the product

    def upstream(self):
        """Starts a program that answers with the headers it gets: its address."""
        address = f"127.0.0.1:{free_port()}"
        self.start([sys.executable, Path(__file__).with_name("echo.py"), address.split(":")[1]], f"http://{address}")
        return address

    def node(self, program="app.mjs", **environment):
        """Starts a program of Node.js, which finds the packages that were installed."""
        (self.app / "node_modules").symlink_to(self.home / "node_modules")
        self.start(["node", program], PORT=str(self.port), **environment)

    def later(self, seconds):
        """Lets a time of the product pass that it counts in seconds."""
        time.sleep(seconds)

    def end(self):
        """Ends the process that was started last."""
        process, out = self.processes.pop()
        self.finish(process, out)

    def start(self, command, ready=None, says=None, cwd=None, **environment):
        """Starts a process and waits until it listens (or has written a text)."""
        log = self.directory / f"process-{len(self.processes)}.log"
        out = open(log, "wb")
        self.logs.append(log)
        env = {**os.environ, "HOME": str(self.app), "no_proxy": "*", "NO_PROXY": "*", **environment}
        process = subprocess.Popen([str(word) for word in command], cwd=cwd or self.app, stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=subprocess.STDOUT, env=env, start_new_session=True)
        self.processes.append((process, out))
        until = time.monotonic() + 90
        parts = urlsplit(ready or self.url)
        while True:
            if says and says in log.read_text(errors="replace"):
                return process
            if not says and listens(parts.hostname, parts.port):
                return process
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"{command[0]} did not start: {log.read_text(errors='replace')[-1500:]}")
            time.sleep(0.05)

    def command(self, command, timeout=60, cwd=None, input=None, **environment):
        env = {**os.environ, "HOME": str(self.app), **environment}
        ended = subprocess.run([str(word) for word in command], cwd=cwd or self.app, input=input, capture_output=True,
                               text=True, timeout=timeout, env=env)
        if ended.returncode:
            raise AssertionError(f"{command[0]}: {ended.stdout[-800:]} {ended.stderr[-1500:]}")
        return ended.stdout

    def person(self, username="alice"):
        return Person(self.issuer.url, username, PASSWORD)

    # what was found out

    def signed_in(self, page, *texts):
        for text in texts or ("alice",):
            expect(text in page.text, f"no `{text}`: {page}")
        self.results["sign-in"] = "yes"

    def groups(self, text, *, roles=None):
        """Looks for both groups of alice, and for her role if the product can have it."""
        for group in ("app-admins", "staff"):
            expect(group in str(text), f"no group `{group}`: {text}")
        if roles is not None:
            expect("admin" in str(roles), f"no role `admin`: {roles}")
        self.results["groups"] = "yes" if roles is None else "yes, roles too"

    def refreshed(self, before):
        after = self.issuer.refreshes()
        expect(after > before, "no refresh token was used")
        self.results["refresh"] = "yes"

    def signed_out(self, person, url, where="there and at the issuer"):
        """Checks that a page of the product asks for the password again."""
        before = person.sign_ins
        page = visit(person, url)
        expect(person.sign_ins == before + 1, f"no sign-in was asked for: {page}")
        self.results["sign-out"] = where

    def signed_out_there(self, person, leave, url):
        """Checks that a sign-out ends the session of the product, which asks the issuer again; the issuer still
        knows the person."""
        before, start = person.sign_ins, len(person.seen)
        leave() if callable(leave) else person.follow(leave)
        page = visit(person, url)
        asked = any(seen.startswith(self.issuer.url + "/authorize") for _, seen in person.seen[start:])
        expect(asked, f"still signed in: {page}")
        expect(person.sign_ins == before, "a sign-in was asked for")
        self.results["sign-out"] = "there alone"

    def stop(self):
        for process, out in reversed(self.processes):
            self.finish(process, out)
        self.issuer.stop()

    @staticmethod
    def finish(process, out):
        try:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(5)
        except ProcessLookupError:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)
        out.close()


def visit(person, url):
    return url() if callable(url) else person.open(url)


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def listens(host, port):
    import socket
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
