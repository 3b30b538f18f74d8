//! What is read otherwise, and why that is left so.

const UNDECODED: &str = "hands on parameters as they are sent, as its users know";
const PLUS: &str = "takes `+` in a path for a blank; escaped, four others would read `%2B`";
const ANY_METHOD: &str = "runs a path's one view for every method that the view does not refuse";

/// A request, a framework, and the reason.
pub const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("path: %20 end", "fiber3", UNDECODED),
    ("path: %20 end", "sanic", UNDECODED),
    ("path: %20 end id", "fiber3", UNDECODED),
    ("path: %20 end id", "sanic", UNDECODED),
    ("path: BOM lead of id", "fiber3", UNDECODED),
    ("path: BOM lead of id", "sanic", UNDECODED),
    ("path: NFC", "fiber3", UNDECODED),
    ("path: NFC", "sanic", UNDECODED),
    ("path: soft hyphen", "fiber3", UNDECODED),
    ("path: soft hyphen", "sanic", UNDECODED),
    ("path: raw quote", "fiber3", UNDECODED),
    ("path: raw quote", "sanic", UNDECODED),
    ("path: raw braces", "fiber3", UNDECODED),
    ("path: raw braces", "sanic", UNDECODED),
    ("path: %2B", "slim3-fpm", PLUS),
    ("path: plus", "slim3-fpm", PLUS),
    ("path: plus end", "slim3-fpm", PLUS),
    ("method: PUT all", "django-gunicorn", ANY_METHOD),
    ("method: PUT all", "drf-gunicorn", ANY_METHOD),
    ("method: PUT all", "php-apache", ANY_METHOD),
    ("method: PUT all", "php-builtin", ANY_METHOD),
    ("method: PUT all", "php-fpm", ANY_METHOD),
    ("method: PUT all", "tornado", ANY_METHOD),
];

/// Requests that pass and are read otherwise, and should not: each is a fault of the guard.
pub const KNOWN_OPEN: &[&str] = &[
    "body: Content_Length beside",
    "body: query against json",
    "body: query against json on transfers",
    "form: type 'application/x-www-form-urlencoded\\t;x'",
    "header: Accept: application/xml",
    "header: Authorization underscore",
    "header: Client-IP: 10.9.9.9",
    "header: Front-End-Https: on",
    "header: PATH_INFO: /items/all",
    "header: REMOTE_ADDR: 10.9.9.9",
    "header: REQUEST_METHOD: DELETE",
    "header: SCRIPT_NAME not a prefix",
    "header: SCRIPT_NAME: /search",
    "header: SERVER_NAME: fwd.example",
    "header: Script-Name: /sea",
    "header: True-Client-IP: 10.9.9.9",
    "header: X-Forwarded-For and Client-IP differ",
    "header: X-HTTP-Host-Override: fwd.example",
    "header: X-Invoke-Path: /items/all",
    "header: X-Matched-Path: /items/all",
    "header: X-Middleware-Subrequest: middleware",
    "header: X-Script-Name: /items",
    "header: dup Accept",
    "header: dup Referer",
    "header: dup User-Agent",
    "header: wsgi.url_scheme: https",
    "method: POST form _METHOD",
    "method: POST form _method",
    "method: POST form _method GET",
    "method: POST form _method[]",
    "method: POST multipart _method",
    "method: POST query _method",
    "method: POST query _method beside form",
    "method: POST query _method beside json",
    "method: POST query _method no type",
    "method: POST query against form _method",
    "path: %41LL",
    "path: case last segment",
    "path: suffix json all",
    "query: path param against form",
    "query: path param against query",
    "query: space padded value",
    "type: Content_Type json",
];

/// Requests that arrive as none that the table or the model has, and why that is so.
pub const UNEXPLAINED: &[(&str, &str)] = &[
    (
        "body: Content_Length beside",
        "the header should not arrive",
    ),
    (
        "body: chunked GET",
        "the body is dropped without a word and should be refused",
    ),
    (
        "form: cookie against query",
        "cookies are dropped, and no request is left like it",
    ),
    (
        "header: X-Forwarded-For and Client-IP differ",
        "the header should not arrive",
    ),
];

/// Requests that must pass, lest all the others are refused for nothing.
pub const CONTROLS: &[&str] = &[
    "path: plain id",
    "path: plain all",
    "path: plain search",
    "path: comma",
    "path: colon",
    "typed: int 2147483648",
    "method: PUT all",
    "body: PUT with body",
    "body: PATCH with body",
    "body: json on transfers",
    "body: chunked upper",
    "body: expect 100",
];
