//! Forms.

use super::*;

/// G06, G15
#[test]
fn a_form_has_no_name_that_it_must_not_have() {
    for body in FORBIDDEN_FORMS {
        assert!(!form(body), "{body}");
    }
    for body in ["a%zz=1", "a%=1", "a%FF=1"] {
        assert!(!form(body), "read differently: {body}");
    }
    // the controls
    for body in ALLOWED_FORMS {
        assert!(form(body), "{body}");
    }
}

/// G15
#[test]
fn a_form_repeats_a_parameter_of_the_path_with_its_value_only() {
    for body in ["id=7", "id=7&a=1", "a=1&id=%37", "i%64=7"] {
        assert!(form(body), "{body}");
    }
    for body in OTHER_IDS {
        assert!(!form(body), "{body}");
    }
}

/// Forms with a name that must not be there.
const FORBIDDEN_FORMS: [&str; 21] = [
    "from=b",
    "a=1&from=b",
    "FROM=b",
    "from[]=b",
    "from[x]=b",
    "f%72om=b",
    "%20from=b",
    "+from=b",
    "\nfrom=b",
    "?from=b",
    "\u{feff}from=b",
    "from.x=b",
    "from",
    "a=1;from=b",
    "from%00x=b",
    "_method=DELETE",
    "a&_METHOD=DELETE",
    ".method=DELETE",
    "%5fmethod=x",
    "_method[]=x",
    "a=1&amp;from=b",
];

/// Forms that clients send.
const ALLOWED_FORMS: [&str; 12] = [
    "",
    "a=1",
    "a=from&b=_method",
    "a=x%26from=b",
    "a=1&&b=2&",
    "=x",
    "form=1",
    "method=card",
    "utf8=%E2%9C%93&a=%zz",
    "a=from=b",
    "x[from]=1",
    "a=1;b=2",
];

/// Forms with another value for a parameter of the path.
const OTHER_IDS: [&str; 14] = [
    "id=8",
    "id=7&id=8",
    "id",
    "id=",
    "id=77",
    "id=7;x",
    "id[]=8",
    "+id=8",
    "ID=7",
    "id[]=7",
    "id[$ne]=7",
    "id.x=7",
    "+id=7",
    "id%00=7",
];
