"""An issuer as an operator starts it: an empty directory, a configuration, accounts."""

import json
import os
import socket
import subprocess
import urllib.request

from tls import unchecked

PASSWORD = "correct horse battery"
TLS = '[tls]\ncertificate = "cert.pem"\nprivate_key = "key.pem"\n'
CONFIGURATION = """\
listen = "127.0.0.1:{port}"
{more}
[[user]]
username = "alice"
password = "{password}"
roles = ["admin"]
claims = {{ name = "Alice Example", given_name = "Alice", family_name = "Example", email = "alice@example.com", email_verified = true, groups = ["app-admins", "staff"] }}

[[user]]
username = "bob"
password = "{password}"
claims = {{ name = "Bob Example", email = "bob@example.com", email_verified = true }}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Issuer:
    def __init__(self, airside, directory, more="", is_tls=False):
        self.airside, self.directory = airside, directory
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.certificate = directory / "cert.pem"
        if is_tls:
            self.url = f"https://127.0.0.1:{port}"
            more += TLS
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                            "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                            "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", directory / "key.pem",
                            "-out", self.certificate], check=True, capture_output=True)
        (directory / "airside.toml").write_text(CONFIGURATION.format(port=port, password=PASSWORD, more=more))
        self.log = open(directory / "airside.log", "wb")
        self.process = subprocess.Popen([airside, "serve"], cwd=directory, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, env=self.environment())
        self.wait()

    def environment(self):
        return {name: value for name, value in os.environ.items() if not name.startswith("AIRSIDE_")}

    def wait(self):
        log = self.directory / "airside.log"
        while "ready: " not in log.read_text():
            if self.process.poll() is not None:
                raise AssertionError(f"the issuer did not start: {log.read_text()[-2000:]}")
            os.sched_yield()

    def run(self, *arguments):
        """Runs a command of the operator: its answer as JSON."""
        command = [self.airside, *arguments, "--output", "json"]
        if self.certificate.exists():
            command += ["--ca", self.certificate]
        ended = subprocess.run(command, cwd=self.directory, stdin=subprocess.DEVNULL, capture_output=True,
                               text=True, timeout=60, env=self.environment())
        if ended.returncode:
            raise AssertionError(f"{' '.join(arguments[:2])}: {ended.stderr}")
        return json.loads(ended.stdout) if ended.stdout.strip() else None

    def refreshes(self):
        """How many refresh tokens were accepted so far."""
        with urllib.request.urlopen(self.url + "/metrics", timeout=10, context=unchecked()) as answer:
            lines = answer.read().decode().splitlines()
        name = 'airside_tokens_issued_total{grant_type="refresh_token"}'
        return sum(int(float(line.rsplit(" ", 1)[1])) for line in lines if line.startswith(name))

    def said(self):
        return (self.directory / "airside.log").read_text()

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
