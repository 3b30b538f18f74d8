use super::*;

const PAGE: Page<'_> = Page {
    title: "a <title> & more",
    wide: false,
    body: "<h1>Hello</h1>\n",
};

#[test]
fn the_policy_allows_the_style_sheet_of_the_page_and_nothing_else() {
    let page = PAGE.render();
    let (_, rest) = page.split_once("<style>").unwrap();
    let (style, _) = rest.split_once("</style>").unwrap();
    let hash = STANDARD.encode(digest(&SHA256, style.as_bytes()));
    let policy = content_security_policy(None);
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; \
             frame-ancestors 'none'"
        )
    );
    let with_forms = content_security_policy(Some("'self'"));
    assert_eq!(with_forms, format!("{policy}; form-action 'self'"));
    assert!(!style.contains('<') && style.is_ascii());
}

#[test]
fn a_policy_allows_one_script_by_its_hash() {
    let policy = content_security_policy_with_script("run()");
    let hash = STANDARD.encode(digest(&SHA256, b"run()"));
    assert!(
        policy.contains(&format!("; script-src 'sha256-{hash}'; ")),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[test]
fn a_title_is_text() {
    let page = PAGE.render();
    assert!(page.contains("<title>a &lt;title&gt; &amp; more · Airside</title>"));
    assert!(page.contains("<main>\n<h1>Hello</h1>\n</main>"));
    assert!(!page.contains("page wide"));
    assert!(
        Page { wide: true, ..PAGE }
            .render()
            .contains("class=\"page wide\"")
    );
}

#[test]
fn the_colours_have_enough_contrast() {
    let (light, dark) = STYLE
        .split_once("@media (prefers-color-scheme: dark)")
        .unwrap();
    for (scheme, css) in [("light", light), ("dark", dark)] {
        for (front, back, least) in CONTRASTS {
            let ratio = contrast(token(css, front), token(css, back));
            assert!(
                ratio >= least,
                "{scheme}: {front} on {back} is {ratio:.2}, not {least}"
            );
        }
    }
}

#[test]
fn the_style_sheet_has_no_physical_sides() {
    for side in ["left", "right", "-top", "-bottom", " width:", " height:"] {
        assert!(!STYLE.contains(side), "{side}");
    }
}

const CONTRASTS: [(&str, &str, f64); 23] = [
    ("text", "surface", 4.5),
    ("text", "bg", 4.5),
    ("text", "sunken", 4.5),
    ("text", "warn-bg", 4.5),
    ("text", "danger-bg", 4.5),
    ("muted", "surface", 4.5),
    ("muted", "sunken", 4.5),
    ("muted", "bg", 4.5),
    ("accent", "surface", 4.5),
    ("accent", "bg", 4.5),
    ("accent", "warn-bg", 4.5),
    ("accent", "accent-bg", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-hover", 4.5),
    ("ok", "ok-bg", 4.5),
    ("warn", "warn-bg", 4.5),
    ("danger", "danger-bg", 4.5),
    ("control", "surface", 3.0),
    ("control", "sunken", 3.0),
    ("control", "bg", 3.0),
    ("accent", "sunken", 3.0),
    ("danger", "surface", 3.0),
    ("warn", "surface", 3.0),
];

/// WCAG 2.2, "contrast ratio".
fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2, "relative luminance", of the first definition of a token.
fn token(css: &str, name: &str) -> f64 {
    let hex = css
        .split_once(&format!("--{name}: #"))
        .unwrap()
        .1
        .split_once(';')
        .unwrap()
        .0;
    let linear = |from: usize| {
        let part = f64::from(u8::from_str_radix(&hex[from..from + 2], 16).unwrap()) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(0) + 0.7152 * linear(2) + 0.0722 * linear(4)
}

#[test]
fn a_layout_allows_its_own_style_and_script_by_their_hashes() {
    let layout = Layout {
        title: "Own",
        style: "p { margin: 0; }",
        script: "run()",
        attributes: " data-a=\"1\"",
        body: "<p>Hello</p>",
    };
    let (page, file) = (layout.render(), layout.render_file());
    let inside = |open: &str, close: &str| {
        let (_, rest) = page.split_once(open).unwrap();
        let (text, _) = rest.split_once(close).unwrap();
        STANDARD.encode(digest(&SHA256, text.as_bytes()))
    };
    let style = format!("style-src 'sha256-{}';", inside("<style>", "</style>"));
    let script = format!("script-src 'sha256-{}';", inside("<script>", "</script>"));
    let policy = layout.content_security_policy("form-action 'self';");
    for part in [&*style, &script, "default-src 'none'", "form-action 'self'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(page.contains("<body data-a=\"1\">\n<p>Hello</p>"));
    assert!(!page.contains("http-equiv"));
    assert!(file.contains("http-equiv=\"Content-Security-Policy\""));
}
