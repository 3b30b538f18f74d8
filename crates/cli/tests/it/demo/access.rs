//! Everybody can use the pages: axe, widths, and no movement.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{click, open, start, until};
use crate::{
    chromium::Chromium,
    server::{AIRSIDE, ended},
};

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_and_nothing_is_wider_than_the_window() {
    let demo = start();
    let chromium = open(&demo).await;
    check(&chromium, "at first").await;
    click(&chromium, "#try-all").await;
    until(
        &chromium,
        "document.querySelectorAll('.card .mark.ok').length === 12",
    )
    .await;
    click(&chromium, "#count").await;
    until(
        &chromium,
        "document.getElementById('look-ups').innerText.includes('0 asked it')",
    )
    .await;
    click(&chromium, "#inspect").await;
    until(&chromium, "document.querySelector('#inspector .mark')").await;
    click(&chromium, "#show-decoded").await;
    chromium
        .run("document.getElementById('arrow-17').click()")
        .await;
    chromium
        .run("document.querySelectorAll('.twin .off').forEach(off => off.click())")
        .await;
    chromium
        .run("document.querySelectorAll('details').forEach(details => details.open = true)")
        .await;
    check(&chromium, "with everything open").await;
    let app = chromium.run("document.getElementById('own').href").await;
    chromium.open(app.as_str().unwrap()).await;
    check(&chromium, "the app").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_when_the_page_is_used() {
    let demo = start();
    let chromium = open(&demo).await;
    let watch = "(() => { window.moved = 0; new PerformanceObserver(list => { for (const one of list.getEntries()) \
                 if (!one.hadRecentInput) window.moved += one.value; }).observe({ type: 'layout-shift', buffered: true }); })()";
    chromium.run(watch).await;
    for _ in 0..18 {
        chromium.press("ArrowRight").await;
    }
    let top = "document.querySelector('.panels').getBoundingClientRect().top - document.querySelector('.messages').getBoundingClientRect().top";
    assert!(chromium.run(top).await.is_number());
    let moved = chromium.run("window.moved").await;
    assert!(moved.as_f64().unwrap() < 0.01, "{moved}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_one_page_that_loads_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("demo.html");
    let recorded = ended(
        std::process::Command::new(AIRSIDE)
            .args(["demo", "--record"])
            .arg(&file),
    );
    assert_eq!(recorded.code, 0, "{}", recorded.err);
    let page = fs::read_to_string(&file).unwrap();
    for loads in [
        "src=",
        "@import",
        ": url(",
        "<link rel=\"stylesheet\"",
        "<form method=\"post\"",
    ] {
        assert!(!page.contains(loads), "{loads}");
    }
    // nothing of this run that opens anything
    assert!(!page.contains("password-") && !page.contains("run-"));
    let chromium = Chromium::start().await;
    chromium.open(&format!("file://{}", file.display())).await;
    check(&chromium, "the recording").await;
    click(&chromium, "#forward").await;
    chromium.see("2 of 19").await;
    assert_eq!(
        chromium
            .run("document.querySelectorAll('.card .mark.ok').length")
            .await,
        json!(12)
    );
    assert_eq!(chromium.log().await, "[]");
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
