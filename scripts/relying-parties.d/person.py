"""A person with a browser that keeps cookies, follows redirects, and fills in the issuer's forms."""

import http.client
import json
import re
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

from tls import unchecked

MAX_REDIRECTS = 25
TIMEOUT_SECONDS = 30


class Page:
    def __init__(self, url, status, headers, body):
        self.url, self.status, self.headers, self.body = url, status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)

    def forms(self):
        parser = Forms()
        parser.feed(self.text)
        return parser.forms

    def __str__(self):
        words = " ".join(re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", self.text, flags=re.S).split())
        return f"{self.status} {self.url} {words[:300]}"


class Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append({"action": values.get("action", ""), "method": values.get("method", "get").lower(),
                               "fields": {}, "buttons": []})
        if not self.forms or "name" not in values:
            return
        form = self.forms[-1]
        is_button = tag == "button" or (tag == "input" and values.get("type") in ("submit", "image"))
        if is_button:
            form["buttons"].append((values["name"], values.get("value", "")))
        elif tag == "input":
            form["fields"][values["name"]] = values.get("value", "")


class Person:
    """Signs in as `username` wherever the issuer asks for it, and allows what it asks."""

    def __init__(self, issuer, username, password):
        self.issuer, self.username, self.password = issuer, username, password
        self.decision = "allow"
        self.cookies = {}
        self.sign_ins = 0
        self.seen = []
        self.stop_at = None

    def open(self, url, form=None, headers=()):
        """Opens an address and goes on until a page of the product is there."""
        page = self.follow(url, form, headers)
        for _ in range(6):
            answer = self.answer(page)
            if answer is None:
                return page
            page = self.follow(*answer)
        raise AssertionError(f"no end of forms: {page}")

    def answer(self, page):
        """The address and the fields with which a page of the issuer is answered."""
        if not page.url.startswith(self.issuer) or page.status >= 400:
            return None
        for form in page.forms():
            fields = dict(form["fields"])
            if "interaction" not in fields:
                continue
            if "password" in fields:
                self.sign_ins += 1
                fields |= {"username": self.username, "password": self.password}
            elif any(name == "decision" for name, _ in form["buttons"]):
                fields["decision"] = self.decision
            return urljoin(page.url, form["action"] or page.url), fields
        return None

    def submit(self, page, form=None, **fields):
        """Submits a form of a page, the first that is there, and goes on."""
        form = form or next(iter(page.forms()), None)
        if form is None:
            raise AssertionError(f"no form: {page}")
        values = dict(form["buttons"][:1]) | form["fields"] | fields
        url = urljoin(page.url, form["action"] or page.url)
        if form["method"] == "get":
            return self.open(url + "?" + urlencode(values))
        return self.open(url, values, {"Referer": page.url, "Origin": origin(page.url)})

    def code(self, url, redirect_uri):
        """Opens an authorization request and goes on until a code comes back, without asking for where to."""
        self.stop_at = redirect_uri
        page = self.open(url)
        while not page.url.startswith(redirect_uri):
            page = self.submit(page)
        self.stop_at = None
        return parse_qs(urlsplit(page.url).query)["code"][0]

    def follow(self, url, form=None, headers=()):
        for _ in range(MAX_REDIRECTS):
            page = self.send("GET" if form is None else "POST", url, form, headers)
            self.seen.append((page.status, page.url))
            if page.status not in (301, 302, 303, 307, 308):
                return page
            if page.status not in (307, 308):
                form, headers = None, ()
            url = urljoin(url, page.headers["Location"])
            if self.stop_at and url.startswith(self.stop_at):
                return Page(url, 200, {}, b"")
        raise AssertionError(f"no end of redirects: {self.seen[-4:]}")

    def send(self, method, url, form=None, headers=()):
        parts = urlsplit(url)
        if parts.hostname not in ("127.0.0.1", "localhost"):
            raise AssertionError(f"{url} is not on this machine")
        jar = self.cookies.setdefault(parts.hostname, {})
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        sent = {"Host": parts.netloc, "User-Agent": "Mozilla/5.0", "Accept": "text/html,application/json;q=0.9",
                **dict(headers)}
        if jar:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        body = None
        if isinstance(form, dict):
            body = urlencode(form)
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif form is not None:
            body = form
        connection = self.connection(parts)
        try:
            connection.request(method, path + (f"?{parts.query}" if parts.query else ""), body, sent)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            keep(jar, cookie)
        return Page(url.split("#")[0], answer.status, answer.headers, content)


    @staticmethod
    def connection(parts):
        if parts.scheme == "https":
            return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS, context=unchecked())
        return http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=TIMEOUT_SECONDS)


def keep(jar, cookie):
    pair, *attributes = cookie.split(";")
    name, _, value = pair.strip().partition("=")
    has_ended = False
    for attribute in attributes:
        key, _, setting = attribute.strip().partition("=")
        if key.lower() == "max-age":
            has_ended = setting.lstrip("-").isdigit() and int(setting) <= 0
        elif key.lower() == "expires" and setting:
            try:
                has_ended = has_ended or parsedate_to_datetime(setting.replace("-", " ")).year < 2001
            except (TypeError, ValueError):
                pass
    if has_ended:
        jar.pop(name, None)
    else:
        jar[name] = value


def origin(url):
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
