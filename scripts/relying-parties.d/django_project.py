"""A project of Django around the settings of a library."""

import sys

SETTINGS = """\
SECRET_KEY = "a project that lives for a minute"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": ["templates"],
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
"""
URLS = """\
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import include, path
{imports}

@login_required
def who(request):
    user = request.user
    groups = list(user.groups.values_list("name", flat=True))
    return JsonResponse({{"username": user.username, "email": user.email, "groups": groups, "is_staff": user.is_staff}})


def leave(request):
    return HttpResponse('<form method="post" action="{sign_out}"><input type="hidden" name="csrfmiddlewaretoken" value="'
                        + get_token(request) + '"></form>')


urlpatterns = [path("", who), path("leave", leave), {patterns}]
"""


def start(run, patterns, sign_out, imports="", more=""):
    added = (run.app / "settings.py").read_text()
    run.write("settings.py", SETTINGS + added + more)
    run.write("urls.py", URLS.format(patterns=patterns, sign_out=sign_out, imports=imports))
    environment = {"PYTHONPATH": str(run.home), "DJANGO_SETTINGS_MODULE": "settings", "PYTHONDONTWRITEBYTECODE": "1"}
    django = [sys.executable, "-m", "django"]
    environment["PYTHONPATH"] += f":{run.app}"
    run.command([*django, "migrate", "-v", "0"], **environment)
    run.start([*django, "runserver", "--noreload", f"127.0.0.1:{run.port}"], **environment)
