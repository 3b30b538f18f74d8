//! The pictures of the documents: `UPDATE_REFERENCE=1` takes them again.

use std::{env, fs, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::Page;
use crate::chromium::Chromium;

fn file(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/images");
    root.join(format!("demo-{name}.png"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_have_pictures_of_the_demo() {
    let page = Page::open().await;
    page.run("document.getElementById('steps').scrollIntoView()")
        .await;
    page.run("document.getElementById('arrow-1').click()").await;
    keep(&page.chromium, "steps", "light").await;
    keep(&page.chromium, "steps", "dark").await;
    for attack in ["other-api", "other-account"] {
        page.click(&format!("#send-{attack}")).await;
        page.until_there(&format!("#attack-{attack} .mark.ok"))
            .await;
    }
    page.click("#off-other-account").await;
    page.run("document.getElementById('attack-other-account').scrollIntoView()")
        .await;
    keep(&page.chromium, "attack", "light").await;
}

/// Takes a picture, or requires that there is one of this size.
async fn keep(chromium: &Chromium, name: &str, scheme: &str) {
    chromium.show_as(SIZE, scheme).await;
    let hidden = json!({ "hidden": true });
    chromium
        .devtools("Emulation.setScrollbarsHidden", &hidden)
        .await;
    let taken = chromium
        .devtools("Page.captureScreenshot", &json!({ "format": "png" }))
        .await;
    let taken = STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
    let file = file(&format!("{name}-{scheme}"));
    if env::var_os("UPDATE_REFERENCE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &taken).unwrap();
    }
    let kept = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert_eq!(size(&kept), SIZE, "{}", file.display());
    assert_eq!(size(&taken), SIZE);
    assert!(kept.len() < 200_000, "{} bytes", kept.len());
}

/// The width and height of a PNG (its specification, 11.2.2).
fn size(png: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

const SIZE: (u32, u32) = (1280, 800);
