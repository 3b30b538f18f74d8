import django_project
from install import python
from run import expect


def install(home):
    return python(home, "django-allauth[socialaccount]")["django-allauth"]


def check(run):
    run.register("django-allauth")
    django_project.start(run, "/accounts/logout/")
    alice = run.person()
    page = alice.open(run.url + "/")
    run.signed_in(page, '"username": "alice"')
    django_project.administrators(run, lambda person, path: person.open(run.url + path))
    run.groups(page.json()["groups"])
    expect(page.json()["is_staff"], "an administrator is not staff")
    run.signed_out_there(alice, lambda: alice.submit(alice.open(run.url + "/leave")), run.url + "/")
