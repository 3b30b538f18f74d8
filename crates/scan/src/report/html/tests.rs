use super::*;
use crate::report::fixture;

#[test]
fn nothing_of_an_api_is_read_as_html() {
    let html = write(&fixture::report());
    assert!(!html.contains("<script"), "{html}");
    assert!(!html.contains("<canary"));
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!html.contains('\u{1}'));
}

#[test]
fn a_page_asks_for_nothing_and_allows_its_own_style_only() {
    let html = write(&fixture::report());
    assert_eq!(html.matches("<style>").count(), 1);
    for none in [" src=", " style=", "<link", "@import", "url(", " onclick"] {
        assert!(!html.contains(none), "{none}");
    }
    let own = html.matches("href=\"#").count();
    assert_eq!(html.matches("href=").count(), own);
    let style = html
        .split("<style>")
        .nth(1)
        .and_then(|rest| rest.split("</style>").next());
    let hash = STANDARD.encode(digest(&SHA256, style.unwrap().as_bytes()));
    assert!(html.contains(&format!("default-src 'none'; style-src 'sha256-{hash}'")));
}

#[test]
fn a_cell_has_a_word_and_opens_its_requests() {
    let html = write(&fixture::report());
    let row = html.lines().position(|line| {
        line.starts_with(
            "<tr><th scope=\"row\"><code>GET /orders/{id}</code></th><td data-label=\"alice\">",
        )
    });
    let rest: Vec<&str> = html.lines().skip(row.unwrap()).collect();
    let row = rest.join("\n");
    let row = row.split("</tr>").next().unwrap();
    for text in [
        "<details class=\"cell accent\"><summary><span aria-hidden=\"true\">●</span> own</summary>",
        "<details class=\"cell danger\"><summary><span aria-hidden=\"true\">✕</span> hole</summary>",
        "<a href=\"#finding-object-read-GET--orders--id-\">",
        "<p>bob with another’s: 200</p>",
        "GET /orders/7?a=&lt;b&gt;",
        "<details class=\"cell ok\"><summary><span aria-hidden=\"true\">✓</span> refused</summary>",
    ] {
        assert!(row.contains(text), "{text}: {row}");
    }
    assert!(html.contains("id=\"finding-object-read-GET--orders--id-\""));
}

#[test]
fn headlines_say_what_is_concluded() {
    let mut report = fixture::report();
    assert!(write(&report).contains("<h1>2 holes are proven in http://127.0.0.1:5000</h1>"));
    report.findings.clear();
    report.count();
    assert!(write(&report).contains("<h1>No hole is proven in"));
    report.doubts.push("the API broke".to_owned());
    report.count();
    let html = write(&report);
    assert!(html.contains("<h1>Nothing can be said about"));
    assert!(html.contains("the API broke"));
}

#[test]
fn callers_that_the_scan_made_share_a_column() {
    let mut report = fixture::report();
    for name in ["made-1", "made-2"] {
        let mut made = report.identities[0].clone();
        made.name = name.to_owned();
        made.is_made = true;
        report.identities.push(made);
    }
    let mut cell = report.operations[0].cells[1].clone();
    cell.caller = "made-2".to_owned();
    report.operations[1].cells.push(cell);
    let html = write(&report);
    let head = "<th scope=\"col\">bob</th><th scope=\"col\">made for the scan</th><th scope=\"col\">anonymous</th>";
    assert!(html.contains(head), "{html}");
    assert!(html.contains("<p>made-2 with another’s: 200</p>"));
}
