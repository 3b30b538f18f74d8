use super::*;
use crate::report::fixture;

#[test]
fn nothing_of_an_api_is_read_as_html() {
    let html = write(&fixture::report());
    assert_eq!(html.matches("<script").count(), 1, "{html}");
    assert!(!html.contains("<canary"));
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!html.contains('\u{1}'));
}

#[test]
fn a_page_asks_for_nothing_and_allows_its_own_style_and_script_only() {
    let html = write(&fixture::report());
    for none in [" src=", " style=", "<link", "@import", "url(", " onclick"] {
        assert!(!html.contains(none), "{none}");
    }
    let own = html.matches("href=\"#").count();
    assert_eq!(html.matches("href=").count(), own);
    let hash = |name: &str| {
        let begin = format!("<{name}>");
        let mut elements = html.split(&begin).skip(1);
        let element = elements.next().unwrap();
        assert!(elements.next().is_none(), "{name}");
        source(element.split("</").next().unwrap())
    };
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {};",
        hash("style"),
        hash("script")
    );
    assert!(html.contains(&policy));
}

#[test]
fn a_cell_has_a_word_and_opens_its_requests() {
    let html = write(&fixture::report());
    let begin = "<tr>\n<th scope=row><code>GET /orders/{id}</code><td>";
    let row = html.split(begin).nth(1).unwrap();
    let row = row.split("<tr>").next().unwrap();
    for text in [
        "<b class=accent data-r=\"1\">own</b>",
        "<b class=danger data-r=\"2\">hole</b> <a href=\"#f0\">why</a>",
        "<b class=ok data-r=\"3\">refused</b>",
    ] {
        assert!(row.contains(text), "{text}: {row}");
    }
    assert!(html.contains("<article class=\"danger\" id=\"f0\">"));
    assert!(html.contains("\n2 bob GET /orders/7?a=&lt;b&gt; → 200 #1\n"));
}

#[test]
fn a_request_and_an_answer_are_written_once_and_referred_to() {
    let mut report = fixture::report();
    let again = report.exchanges.last().unwrap().clone();
    report.exchanges.push(again);
    for (number, one) in (1..).zip(&mut report.exchanges) {
        one.number = number;
        one.answer = "the same\n text".to_owned();
    }
    report.findings[0].exchanges = vec![1, 3, 4];
    let html = write(&report);
    assert_eq!(html.matches("the same text").count(), 1);
    assert!(html.contains("<pre id=\"answers\">\n1 the same text\n</pre>"));
    assert!(html.contains("<p data-r=\"1 3\">Requests</p>"));
}

#[test]
fn the_name_of_a_caller_ends_no_style() {
    let mut report = fixture::report();
    for one in &mut report.identities {
        one.name = "</style>\"}".to_owned();
    }
    for cell in report.operations.iter_mut().flat_map(|one| &mut one.cells) {
        cell.caller = "</style>\"}".to_owned();
    }
    let html = write(&report);
    assert_eq!(html.matches("</style>").count(), 1);
    let label = "td:nth-child(2):not(:empty)::before{content:\"\\3c \\2f style\\3e \\22 \\7d \"}";
    assert!(html.contains(label), "{html}");
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
    let head =
        "<th scope=\"col\">bob<th scope=\"col\">made for the scan<th scope=\"col\">anonymous";
    assert!(html.contains(head), "{html}");
    let cell = "<td><b class=muted data-r=\"2\">answered</b>";
    assert!(html.contains(cell), "{html}");
}
