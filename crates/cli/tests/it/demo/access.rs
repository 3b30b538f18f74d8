//! Everybody can use the pages: axe, widths, and no movement.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{ATTACKS, Page};
use crate::{
    chromium::Chromium,
    server::{AIRSIDE, ended},
};

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_and_nothing_is_wider_than_the_window() {
    let page = Page::open().await;
    check(&page.chromium, "at first").await;
    page.try_all().await;
    page.count_look_ups().await;
    page.click("#inspect").await;
    page.until_there("#inspector .mark").await;
    page.click("#show-decoded").await;
    page.run("document.getElementById('arrow-17').click()")
        .await;
    page.run("document.querySelectorAll('.twin .off').forEach(off => off.click())")
        .await;
    page.run("document.querySelectorAll('details').forEach(details => details.open = true)")
        .await;
    check(&page.chromium, "with everything open").await;
    let app = page.run("document.getElementById('own').href").await;
    page.chromium.open(app.as_str().unwrap()).await;
    check(&page.chromium, "the app").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_when_the_page_is_used() {
    let page = Page::open().await;
    let watch = "(() => { window.moved = 0; new PerformanceObserver(list => { for (const one of list.getEntries()) \
                 if (!one.hadRecentInput) window.moved += one.value; }).observe({ type: 'layout-shift', buffered: true }); })()";
    page.run(watch).await;
    for _ in 0..18 {
        page.chromium.press("ArrowRight").await;
    }
    let top = "document.querySelector('.panels').getBoundingClientRect().top - document.querySelector('.messages').getBoundingClientRect().top";
    assert!(page.run(top).await.is_number());
    let moved = page.run("window.moved").await;
    assert!(moved.as_f64().unwrap() < 0.01, "{moved}");
}

/// Tries everything, and returns the recording in its directory.
fn recording() -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("demo.html").display().to_string();
    let record = ["demo", "--record", &file];
    ended(std::process::Command::new(AIRSIDE).args(record)).assert_code(0);
    (directory, file)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_one_page_that_loads_nothing() {
    let (_directory, file) = recording();
    let text = fs::read_to_string(&file).unwrap();
    for loads in [
        "src=",
        "@import",
        ": url(",
        "<link rel=\"stylesheet\"",
        "<form method=\"post\"",
    ] {
        assert!(!text.contains(loads), "{loads}");
    }
    // nothing of this run that opens anything
    assert!(!text.contains("password-") && !text.contains("run-"));
    let page = Page::at(&format!("file://{file}")).await;
    check(&page.chromium, "the recording").await;
    page.click("#forward").await;
    page.until_says("#position", "2 of 19").await;
    let good = page.count(".card .mark.ok").await;
    assert_eq!(good, ATTACKS.len() as u64);
    page.assert_no_complaint().await;
}

/// Checks a page at its narrowest and at a usual width, in both colour schemes.
async fn check(chromium: &Chromium, state: &str) {
    let axe =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("axe-core/node_modules/axe-core/axe.min.js");
    let axe = fs::read_to_string(axe).expect("scripts/test installs axe-core");
    for width in [320, 1280, 1600] {
        for scheme in ["light", "dark"] {
            chromium.show_as((width, 800), scheme).await;
            let wide = "document.documentElement.scrollWidth - innerWidth";
            let wide = chromium.run(wide).await;
            assert!(
                wide.as_i64().unwrap() <= 0,
                "{state}, {width} {scheme}: {wide} px too wide"
            );
            let found = violations(chromium, &axe).await;
            assert_eq!(found, json!([]), "{state}, {width} {scheme}");
        }
    }
}

async fn violations(chromium: &Chromium, axe: &str) -> Value {
    let loaded = chromium.run("typeof axe").await;
    if loaded != json!("object") {
        let load = json!({ "expression": axe });
        chromium.devtools("Runtime.evaluate", &load).await;
    }
    let run = "axe.run().then(found => found.violations.map(one => [one.id, one.nodes.slice(0, 3).map(node => node.html + ' ' + node.failureSummary)]))";
    chromium.run(run).await
}
