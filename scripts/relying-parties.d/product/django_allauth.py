import django_project
from install import python
from run import expect


def install(home):
    return python(home, "django-allauth[socialaccount]")["django-allauth"]


def check(run):
    run.register("django-allauth")
    django_project.start(run, 'path("accounts/", include("allauth.urls"))', "/accounts/logout/", "import groups",
                         'LOGIN_URL = "/accounts/oidc/airside/login/"\nLOGIN_REDIRECT_URL = "/"\n')
    alice = run.person()
    page = alice.open(run.url + "/")
    run.signed_in(page, '"username": "alice"')
    run.groups(page.json()["groups"])
    expect(page.json()["is_staff"], "an administrator is not staff")
    expect(not run.person("bob").open(run.url + "/").json()["is_staff"], "bob is staff")
    run.signed_out_there(alice, lambda: alice.submit(alice.open(run.url + "/leave")), run.url + "/")
