"""Routes in Flask on Werkzeug, as they come: each says that it matched, and what it read."""

import logging

import flask
from werkzeug.serving import make_server

app = flask.Flask(__name__)


@app.get("/items/<id>")
def item(id):
    return {"route": "item", "value": id}


@app.get("/admin")
def admin():
    return {"route": "admin"}


@app.get("/health")
def health():
    return {"route": "health"}


@app.get("/search")
def search():
    return {"route": "search", "value": flask.request.args.get("id")}


@app.route("/forms", methods=["POST", "DELETE"])
@app.route("/transfers", methods=["GET", "POST", "PUT", "DELETE"])
def transfers():
    document = flask.request.get_json(silent=True)
    document = document if isinstance(document, dict) else {}
    # whose, wherever it is said
    said = {**document, **flask.request.values.to_dict()}
    value = said.get("from")
    if "role" in said:
        value = f"{value} as {said['role']}"
    return {"route": flask.request.method, "value": value}


@app.get("/caller")
def caller():
    return {"route": "caller", "value": flask.request.headers.get("airside-subject")}


logging.getLogger("werkzeug").disabled = True
server = make_server("127.0.0.1", 0, app, threaded=True)
print(f"127.0.0.1:{server.server_port} {flask.__version__}", flush=True)
server.serve_forever()
