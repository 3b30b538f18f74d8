import django_project
from install import python
from run import expect


def install(home):
    return python(home, "mozilla-django-oidc")["mozilla-django-oidc"]


def check(run):
    run.register("mozilla-django-oidc")
    django_project.start(run, "/oidc/logout/")
    alice = run.person()
    page = alice.open(run.url + "/")
    run.signed_in(page, '"username": "alice"')
    run.groups(page.json()["groups"])
    expect(page.json()["is_staff"], "an administrator is not staff")
    django_project.administrators(run, lambda person, path: person.open(run.url + path))
    leave = alice.open(run.url + "/leave")
    form = leave.forms()[0]
    alice.follow(run.url + form["action"], form["fields"], {"Referer": leave.url})
    run.signed_out(alice, run.url + "/")
