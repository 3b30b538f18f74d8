"""What Python's clients send."""

import asyncio
import gzip
import json
import sys
import urllib.parse
import urllib.request

import aiohttp
import httpx
import requests

URL = sys.argv[1]
DOCUMENT = {
    "name": "Zoë 😀",
    "nested": {"a": [1, 2.5, -3e10, None, True]},
    "big": 9007199254740991,
    "text": 'line\n"q" \u2028',
}
TRANSFER = {"from": "alice", "amount": 12.5, "memo": "für Zoë"}
QUERY = {"q": "blue shoes", "city": "Zürich", "x": "a+b&c=d/e?f"}
FORM = {"name": "Zoë & co", "tag": ["a", "b"], "note": "a b+c"}
FILE = "report 2026 é,@:+.pdf"
CONDITIONAL = {"If-None-Match": '"a"', "Cookie": "theme=dark", "Range": "bytes=0-99"}


def pieces():
    yield b"one piece, "
    yield b"and another"


async def async_pieces():
    for piece in pieces():
        yield piece


def cases():
    """Name, method, path, and how requests and httpx are told the rest."""
    yield "get", "GET", "/items", {}
    yield "query", "GET", "/search", {"params": QUERY}
    yield "query repeated", "GET", "/search", {"params": {"tag": ["a", "b"]}}
    yield "query brackets", "GET", "/search", {"params": {"filter[name]": "x"}}
    yield "path", "GET", "/files/" + urllib.parse.quote(FILE), {}
    yield "path raw", "GET", "/files/" + FILE, {}
    yield "post json", "POST", "/items", {"json": DOCUMENT}
    yield "transfer", "POST", "/transfers", {"json": TRANSFER}
    yield "put json", "PUT", "/items/42", {"json": [DOCUMENT]}
    yield "delete", "DELETE", "/items/42", {}
    yield "form", "POST", "/form", {"data": FORM}
    yield "multipart", "POST", "/upload", {"data": {"title": "Zoë"}, "files": {"file": ("é.txt", b"a\r\nb", "text/plain")}}
    yield "post nothing", "POST", "/items/42/touch", {}
    yield "conditional", "GET", "/items/42", {"headers": CONDITIONAL}
    yield "head", "HEAD", "/items/42", {}
    yield "options", "OPTIONS", "/items/42", {"headers": {"Origin": "https://app.example.com", "Access-Control-Request-Method": "GET"}}
    yield "trailing slash", "GET", "/orders/", {}
    zipped = {"headers": {"Content-Encoding": "gzip", "Content-Type": "application/json"}}
    yield "gzip", "POST", "/upload", {"data": gzip.compress(b'{"a":1}', mtime=0), **zipped}


def headers(client, name, more):
    return {"Authorization": "Bearer TOKEN", "X-Case": f"{client}: {name}", **more.pop("headers", {})}


def with_requests():
    with requests.Session() as session:
        for name, method, path, more in cases():
            session.request(method, URL + path, headers=headers("requests", name, more), **more)
        more = {"data": pieces()}
        session.request("PUT", URL + "/blobs/1", headers=headers("requests", "chunked", more), **more)


def with_httpx():
    with httpx.Client() as client:
        for name, method, path, more in cases():
            if isinstance(more.get("data"), bytes):
                more["content"] = more.pop("data")
            client.request(method, URL + path, headers=headers("httpx", name, more), **more)
        more = {"content": pieces()}
        client.request("PUT", URL + "/blobs/1", headers=headers("httpx", "chunked", more), **more)


async def with_aiohttp():
    async with aiohttp.ClientSession() as session:
        for name, method, path, more in cases():
            if "files" in more:
                form = aiohttp.FormData(more["data"])
                form.add_field("file", b"a\r\nb", filename="é.txt", content_type="text/plain")
                more = {"data": form}
            elif name == "form":
                more = {"data": aiohttp.FormData([("name", "Zoë & co"), ("tag", "a"), ("tag", "b")])}
            async with session.request(
                method, URL + path, headers=headers("aiohttp", name, more), **more
            ) as answer:
                await answer.read()
        more = {"data": async_pieces()}
        async with session.put(URL + "/blobs/1", headers=headers("aiohttp", "chunked", more), **more):
            pass


def with_urllib():
    def send(name, method, path, data=None, more=None):
        request = urllib.request.Request(URL + path, data=data, method=method)
        for key, value in headers("urllib", name, {"headers": more or {}}).items():
            request.add_header(key, value)
        urllib.request.urlopen(request).read()

    send("get", "GET", "/items")
    send("query", "GET", "/search?" + urllib.parse.urlencode(QUERY))
    send("query repeated", "GET", "/search?" + urllib.parse.urlencode(FORM, doseq=True))
    send("path", "GET", "/files/" + urllib.parse.quote(FILE))
    as_json = {"Content-Type": "application/json"}
    send("post json", "POST", "/items", json.dumps(DOCUMENT).encode(), as_json)
    send("transfer", "POST", "/transfers", json.dumps(TRANSFER, ensure_ascii=False).encode(), as_json)
    send("form", "POST", "/form", urllib.parse.urlencode(FORM, doseq=True).encode())
    send("delete", "DELETE", "/items/42")
    send("head", "HEAD", "/items/42")
    send("chunked", "PUT", "/blobs/1", pieces(), {"Content-Type": "application/octet-stream"})


with_requests()
with_httpx()
asyncio.run(with_aiohttp())
with_urllib()
