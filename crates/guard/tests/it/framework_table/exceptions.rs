//! Known differences in readings, with the reason for each.

const UNDECODED: &str = "hands on parameters as they are sent, as its users know";
const PLUS: &str = "takes `+` in a path for a blank; escaped, four others would read `%2B`";

/// A request, a framework, and the reason.
pub const EXCEPTIONS: &[(&str, &str, &str)] = &[
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
];

/// Requests that arrive as none that the table or the model has, and why that is so.
pub const UNEXPLAINED: &[(&str, &str)] = &[
    (
        "form: chunked",
        "the form is held, and arrives with a length",
    ),
    (
        "form: cookie against query",
        "cookies are dropped, and no request is left like it",
    ),
    (
        "form: type 'application/x-www-form-urlencoded;'",
        "the type arrives without the `;`",
    ),
    ("header: dup Accept", "the lines of a list arrive as one"),
    ("query: raw backslash", "it arrives as `%5C`"),
];

/// Requests that must pass, lest all the others are refused for nothing.
pub const CONTROLS: &[&str] = &[
    "path: plain id",
    "path: plain all",
    "path: plain search",
    "path: comma",
    "path: colon",
    "typed: int 2147483648",
    "body: PUT with body",
    "body: PATCH with body",
    "body: json on transfers",
    "body: chunked upper",
    "body: expect 100",
];
