"""A project of Django, as `django-admin startproject` makes it, with the files of a recipe added."""

import sys

from run import expect

VIEWS = """
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
{imports}

@login_required
def who(request):
    user = request.user
    groups = list(user.groups.values_list("name", flat=True))
    return JsonResponse({{"username": user.username, "email": user.email, "groups": groups, "is_staff": user.is_staff}})


def leave(request):
    return HttpResponse('<form method="post" action="{sign_out}"><input type="hidden" name="csrfmiddlewaretoken" value="'
                        + get_token(request) + '"></form>')


urlpatterns += [path("", who), path("leave", leave), {patterns}]
"""


def start(run, sign_out, imports="", patterns=""):
    environment = {"PYTHONPATH": str(run.home), "PYTHONDONTWRITEBYTECODE": "1"}
    django = [sys.executable, "-m", "django"]
    run.command([*django, "startproject", "project", run.app], **environment)
    added = {"settings.py": "", "urls.py": VIEWS.format(imports=imports, sign_out=sign_out, patterns=patterns)}
    for name, more in added.items():
        recipe, own = run.app / name, run.app / "project" / name
        own.write_text(own.read_text() + "\n" + recipe.read_text() + more)
        recipe.unlink()
    manage = [sys.executable, "manage.py"]
    run.command([*manage, "migrate", "-v", "0"], **environment)
    run.start([*manage, "runserver", "--noreload", f"127.0.0.1:{run.port}"], **environment)


def administrators(run, open_page):
    """Checks that a group decides who administers, from `/admin/` on, which leads to the issuer."""
    alice, bob = run.person(), run.person("bob")
    page = open_page(alice, "/admin/")
    expect(page.url == run.url + "/admin/" and page.status == 200, f"/admin/ does not lead back: {page}")
    expect("Site administration" in page.text and alice.sign_ins == 1, f"/admin/ does not ask the issuer: {page}")
    page = alice.open(run.url + "/admin/auth/user/")
    expect(page.status == 200 and "Select user to change" in page.text, f"an administrator sees no users: {page}")
    page = open_page(bob, "/admin/")
    expect("are not authorized to access this page" in page.text, f"bob is an administrator: {page}")
    expect(not open_page(bob, "/").json()["is_staff"], "bob is staff")
