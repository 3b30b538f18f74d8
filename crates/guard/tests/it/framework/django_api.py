"""Routes in Django REST framework under gunicorn, as they come: each says that it matched, and what it read."""

import ctypes
import logging
import signal
import socket

import django
import rest_framework
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path
from gunicorn.app.base import BaseApplication

settings.configure(
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["rest_framework"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
    ROOT_URLCONF=__name__,
)
django.setup()

# needs the settings
from rest_framework.decorators import api_view  # noqa: E402
from rest_framework.response import Response  # noqa: E402


@api_view(["GET", "POST", "PUT", "DELETE"])
def transfers(request):
    # whose, wherever it is said
    value = request.data.get("from", request.query_params.get("from"))
    if role := request.data.get("role", request.query_params.get("role")):
        value = f"{value} as {role}"
    return Response({"route": request.method, "value": value})


@api_view(["GET"])
def caller(request):
    return Response({"route": "caller", "value": request.headers.get("airside-subject")})


urlpatterns = [path("transfers", transfers), path("forms", transfers), path("caller", caller)]


class Server(BaseApplication):
    def __init__(self, listener):
        self.listener = listener
        super().__init__()

    def load_config(self):
        self.cfg.set("bind", f"fd://{self.listener.fileno()}")
        self.cfg.set("loglevel", "critical")
        self.cfg.set("post_fork", die_with_parent)

    def load(self):
        return get_wsgi_application()


def die_with_parent(server, worker):
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


logging.disable()
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
listener.set_inheritable(True)
print(f"127.0.0.1:{listener.getsockname()[1]} {rest_framework.__version__}", flush=True)
Server(listener).run()
