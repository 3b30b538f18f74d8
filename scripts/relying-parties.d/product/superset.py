from install import environment
from run import expect


def install(home):
    # without the constraints of its release, which no registry has
    return environment(home, "apache-superset", "authlib", "rich", "flask-caching<2.4")["apache-superset"]


def check(run):
    run.register("superset")
    superset = run.home / "bin/superset"
    run.write("superset_config.py", f'SQLALCHEMY_DATABASE_URI = "sqlite:///{run.app}/superset.db"\n'
              + (run.app / "superset_config.py").read_text())
    settings = {"SUPERSET_CONFIG_PATH": str(run.app / "superset_config.py"), "FLASK_APP": "superset"}
    for words in (["db", "upgrade"], ["init"]):
        run.command([superset, *words], timeout=300, **settings)
    run.start([superset, "run", "-p", str(run.port)], **settings)
    alice = run.person()
    page = who(run, alice)
    run.signed_in(page, '"alice"')
    expect('"Admin"' in page.text, page)
    page = who(run, run.person("bob"))
    expect('"bob"' in page.text and '"Admin"' not in page.text, page)
    run.results["groups"] = "yes"
    page = alice.follow(run.url + "/logout/")
    alice.follow(*alice.answer(page))
    run.signed_out(alice, run.url + "/login/airside")


def who(run, person):
    person.open(run.url + "/login/airside")
    return person.open(run.url + "/api/v1/me/roles/")
