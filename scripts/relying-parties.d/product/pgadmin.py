import re

from install import environment
from run import expect

MORE = """
DATA_DIR = "{data}"
DEFAULT_SERVER = "127.0.0.1"
DEFAULT_SERVER_PORT = {port}
SERVER_MODE = True
"""


def install(home):
    return environment(home, "pgadmin4")["pgadmin4"]


def check(run):
    run.register("pgadmin")
    config = run.app / "config_local.py"
    config.write_text(config.read_text() + MORE.format(data=run.app / "data", port=run.port))
    program = next(run.home.glob("lib/python3*/site-packages/pgadmin4/pgAdmin4.py"))
    run.start([run.home / "bin/python", program], PYTHONPATH=str(run.app), PYTHONDONTWRITEBYTECODE="1",
              PGADMIN_SETUP_EMAIL="nobody@example.com", PGADMIN_SETUP_PASSWORD="correct horse battery")
    alice = run.person()
    sign_in(run, alice)
    page = alice.open(run.url + "/user_management/current_user.js", headers={"Accept": "*/*"})
    run.signed_in(page, "alice")
    page = sign_in(run, run.person("bob"))
    expect("/login" in page.url, f"bob is let in: {page}")
    expect("user bob is not authorized" in run.logs[0].read_text(), "bob is refused for another reason")
    run.results["groups"] = "yes"
    alice.follow(run.url + "/oauth2/logout")
    run.signed_out(alice, lambda: sign_in(run, alice))


def sign_in(run, person):
    page = person.open(run.url + "/login?next=/browser/")
    token = re.search(r'csrfToken["\']: ["\']([^"\']+)', page.text)
    expect(token, f"no form: {page.text[-1500:]}")
    person.open(run.url + "/authenticate/login", {"csrf_token": token[1], "oauth2_button": "airside"},
                {"Referer": page.url})
    return person.open(run.url + "/browser/")
