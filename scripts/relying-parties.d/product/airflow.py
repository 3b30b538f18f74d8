import os

from install import environment
from run import expect

MANAGER = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


def install(home):
    # without the constraints of its release, which no registry has
    return environment(home, "apache-airflow", "apache-airflow-providers-fab", "authlib")["apache-airflow"]


def check(run):
    run.register("airflow")
    airflow = run.home / "bin/airflow"
    settings = {"AIRFLOW_HOME": str(run.app), "AIRFLOW__CORE__AUTH_MANAGER": MANAGER, "AIRFLOW__API__BASE_URL": run.url,
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "PATH": f"{run.home}/bin:{os.environ['PATH']}"}
    run.command([airflow, "db", "migrate"], timeout=300, **settings)
    run.start([airflow, "api-server", "--port", str(run.port), "--workers", "1"], **settings)
    alice, bob = run.person(), run.person("bob")
    for person in (alice, bob):
        person.open(run.url + "/auth/login/airside")
    run.signed_in(alice.open(run.url + "/ui/auth/me"), '"alice"')
    expect(connections(run, alice).status == 200, "an administrator is refused")
    expect(connections(run, bob).status == 403, "bob is an administrator")
    run.results["groups"] = "yes"
    run.signed_out_there(alice, run.url + "/auth/logout", run.url + "/auth/login/airside")


def connections(run, person):
    """Asks for what administrators alone may see."""
    token = person.cookies["127.0.0.1"].get("_token", "")
    return person.send("GET", run.url + "/api/v2/connections", headers=[("Authorization", f"Bearer {token}")])
