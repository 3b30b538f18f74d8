import sys

import chromium
from install import python
from run import expect


def install(home):
    chromium.install()
    return python(home, "streamlit[auth]")["streamlit"]


def check(run):
    run.register("streamlit")
    run.start([sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={run.port}",
               "--server.address=127.0.0.1", "--server.headless=true", "--global.developmentMode=false", "--browser.gatherUsageStats=false"],
              PYTHONPATH=str(run.home), PYTHONDONTWRITEBYTECODE="1")
    window = chromium.Chromium()
    try:
        text = sign_in(window, run, "alice", "correct horse battery")
        expect("alice" in text and "for administrators" in text, text)
        run.results["sign-in"] = "yes"
        run.groups(text, roles=text)
        window.click(".st-key-out button")
        window.click(".st-key-in button")
        window.find("#password")
        run.results["sign-out"] = "there and at the issuer"
    finally:
        window.close()
    window = chromium.Chromium()
    try:
        text = sign_in(window, run, "bob", "correct horse battery")
        expect("bob" in text and "for administrators" not in text, text)
    finally:
        window.close()


def sign_in(window, run, username, password):
    window.open(run.url + "/")
    window.click(".st-key-in button")
    window.sign_in(username, password)
    window.click("#allow")
    window.find(".st-key-out button")
    return window.text(".stMain")
