import django_project
from install import python
from run import expect


def install(home):
    return python(home, "social-auth-app-django")["social-auth-app-django"]


def check(run):
    run.register("social-auth")
    django_project.start(run, "/out/", "from django.contrib.auth.views import LogoutView",
                         'path("out/", LogoutView.as_view(next_page="/"))')
    alice = run.person()
    page = sign_in(run, alice)
    run.signed_in(page, '"username": "alice"')
    run.groups(page.json()["groups"])
    expect(page.json()["is_staff"], "an administrator is not staff")
    django_project.administrators(run, lambda person, path: sign_in(run, person, path))
    run.signed_out_there(alice, lambda: alice.submit(alice.open(run.url + "/leave")), lambda: sign_in(run, alice))


def sign_in(run, person, path="/"):
    page = person.open(run.url + path)
    return person.submit(page) if page.forms() else page
