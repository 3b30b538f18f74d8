"""Four routes in Starlette, which routes FastAPI too: each says that it matched, and what it read."""

import socket

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


app = Starlette(
    routes=[
        Route("/items/{id}", item),
        Route("/admin", admin),
        Route("/health", health),
        Route("/search", search),
    ]
)
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
print(f"127.0.0.1:{listener.getsockname()[1]} {starlette.__version__}", flush=True)
# named, so that the result does not depend on what else is installed
config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_level="critical")
uvicorn.Server(config).run(sockets=[listener])
