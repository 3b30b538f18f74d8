"""A window of Chromium, driven as WebDriver says (W3C WebDriver, by ChromeDriver)."""

import json
import subprocess
import tempfile
import urllib.request

from install import NotInstalled, debian
from run import expect

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def install():
    debian("chromium", "chromium-driver")


class Chromium:
    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True, env={"HOME": self.profile.name, "PATH": "/usr/bin:/bin"})
        port = next(line.rsplit(" ", 1)[1].strip().rstrip(".") for line in self.driver.stdout
                    if "started successfully on port" in line)
        self.session = f"http://127.0.0.1:{port}/session"
        wanted = {"browserName": "chrome", "timeouts": {"implicit": 20_000, "pageLoad": 30_000},
                  "goog:loggingPrefs": {"browser": "ALL"},
                  "goog:chromeOptions": {"args": [*ARGUMENTS, f"--user-data-dir={self.profile.name}"]}}
        self.session += "/" + self.ask("", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.session + path, data, {"Content-Type": "application/json"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, url):
        self.ask("/url", {"url": url})

    def find(self, selector):
        try:
            return self.ask("/element", {"using": "css selector", "value": selector})[ELEMENT]
        except urllib.error.HTTPError:
            page = self.ask("/execute/sync", {"script": "return location.href + ' ' + document.body.innerText", "args": []})
            raise AssertionError(f"no {selector}: {page[:400]} {self.complaints()}") from None

    def complaints(self):
        return " ".join(entry["message"] for entry in self.ask("/se/log", {"type": "browser"}))[:800]

    def text(self, selector):
        return self.ask(f"/element/{self.find(selector)}/text")

    def click(self, selector):
        self.ask(f"/element/{self.find(selector)}/click", {})

    def fill(self, selector, text):
        self.ask(f"/element/{self.find(selector)}/value", {"text": text})

    def sign_in(self, username, password):
        self.fill("#username", username)
        self.fill("#password", password)
        self.click("#sign-in")

    def close(self):
        self.driver.terminate()
        self.driver.wait(10)
        self.profile.cleanup()


def journey(run):
    """Signs in, looks who it is, refreshes and signs out, in a page with the buttons in, refresh and out."""
    window = Chromium()
    try:
        window.open(run.url + "/")
        window.click("#in")
        window.sign_in("alice", "correct horse battery")
        window.click("#allow")
        text = window.text("#person")
        expect("alice" in text, text)
        run.results["sign-in"] = "yes"
        run.groups(text, roles=text)
        before = run.issuer.refreshes()
        window.click("#refresh")
        for _ in range(400):
            if run.issuer.refreshes() > before:
                break
        run.refreshed(before)
        window.click("#out")
        window.find("#in")
        window.click("#in")
        window.find("#password")
        run.results["sign-out"] = "there and at the issuer"
    finally:
        window.close()
