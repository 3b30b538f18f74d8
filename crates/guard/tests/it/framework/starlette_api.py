"""Routes in Starlette, which routes FastAPI too: each says that it matched, and what it read."""

import json
import socket
from urllib.parse import parse_qsl

import starlette
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


def item(request):
    return JSONResponse({"route": "item", "value": request.path_params["id"]})


def admin(request):
    return JSONResponse({"route": "admin"})


def health(request):
    return JSONResponse({"route": "health"})


def search(request):
    return JSONResponse({"route": "search", "value": request.query_params.get("id")})


async def transfers(request):
    form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    body = await request.body()
    try:
        said = dict(parse_qsl(body.decode())) if form else json.loads(body)
    except ValueError:
        said = {}
    # whose, wherever it is said
    said.update(request.query_params)
    value = said.get("from")
    if "role" in said:
        value = f"{value} as {said['role']}"
    return JSONResponse({"route": request.method, "value": value})


def caller(request):
    return JSONResponse({"route": "caller", "value": request.headers.get("airside-subject")})


app = Starlette(
    routes=[
        Route("/items/{id}", item),
        Route("/admin", admin),
        Route("/health", health),
        Route("/search", search),
        Route("/transfers", transfers, methods=["GET", "POST", "PUT", "DELETE"]),
        Route("/forms", transfers, methods=["POST", "DELETE"]),
        Route("/caller", caller),
    ]
)
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
print(f"127.0.0.1:{listener.getsockname()[1]} {starlette.__version__}", flush=True)
# named, so that the result does not depend on what else is installed
config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_level="critical")
uvicorn.Server(config).run(sockets=[listener])
