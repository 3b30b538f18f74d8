//! The whole path, by clicks and by keys.

use serde_json::json;

use super::{ATTACKS, MAX_PAGE, click, open, start, text, until};

#[tokio::test(flavor = "multi_thread")]
async fn the_steps_are_walked_by_clicks_and_sent_again_without_a_parameter() {
    let demo = start();
    let chromium = open(&demo).await;
    assert_eq!(text(&chromium, "#position").await, "1 of 19");
    for number in 2..=19 {
        click(&chromium, "#forward").await;
        assert_eq!(
            text(&chromium, "#position").await,
            format!("{number} of 19")
        );
    }
    let shown = text(&chromium, ".panel.current").await;
    assert!(shown.contains("Alice’s account"), "{shown}");
    let steps = chromium
        .run("[...document.querySelectorAll('.step')].map(step => step.innerText)")
        .await;
    assert_eq!(steps.as_array().unwrap().len(), 7, "{steps}");

    // a message is a link; raw and decoded belong to it
    click(&chromium, "#arrow-16").await;
    click(&chromium, "#show-raw").await;
    let raw = text(&chromium, ".panel.current").await;
    assert!(
        raw.contains("POST /token HTTP/1.1") && raw.contains("code_verifier="),
        "{raw}"
    );
    click(&chromium, "#forward").await;
    click(&chromium, "#show-decoded").await;
    let decoded = text(&chromium, ".panel.current").await;
    for part in ["\"alg\": \"RS256\"", "\"aud\"", "RS256 beside HS256"] {
        assert!(decoded.contains(part), "{decoded}");
    }

    // every parameter can be left out, and is missed
    click(&chromium, "#back").await;
    click(&chromium, "#show-explained").await;
    for (at, name, said) in [
        (16, "code_verifier", "400 invalid_"),
        (2, "code_challenge", "303 invalid_request"),
        (2, "redirect_uri", "a code comes back"),
        (2, "client_id", "400"),
        (2, "state", "a code comes back"),
    ] {
        click(&chromium, &format!("#arrow-{at}")).await;
        click(
            &chromium,
            &format!(".current button[formaction$='/{name}']"),
        )
        .await;
        let outcome = format!(
            "[...document.querySelectorAll('.trial h4')].some(one => one.innerText.includes('Without {name}: {said}'))"
        );
        until(&chromium, &outcome).await;
    }
    let verifier = "document.querySelector('.secret').textContent";
    let before = chromium.run(verifier).await;
    click(&chromium, "#replay").await;
    until(&chromium, &format!("{verifier} !== {before}")).await;
    assert_eq!(text(&chromium, "#position").await, "1 of 19");
    assert_eq!(chromium.log().await, "[]");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_is_hashed_before_the_readers_eyes() {
    let demo = start();
    let chromium = open(&demo).await;
    let said = ".current .said";
    chromium.fill(".current .guess", "x").await;
    until(
        &chromium,
        &format!("document.querySelector('{said}').innerText.includes('refused')"),
    )
    .await;
    let restore = "(() => { const box = document.querySelector('.current .hash'), input = box.querySelector('.guess'); \
                   input.value = box.dataset.verifier; input.dispatchEvent(new Event('input', { bubbles: true })); })()";
    chromium.run(restore).await;
    until(
        &chromium,
        &format!("document.querySelector('{said}').innerText.includes('this is the secret')"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_used_by_keys() {
    let demo = start();
    let chromium = open(&demo).await;
    for (key, position) in [
        ("ArrowRight", "2 of 19"),
        ("ArrowRight", "3 of 19"),
        ("ArrowLeft", "2 of 19"),
    ] {
        chromium.press(key).await;
        assert_eq!(text(&chromium, "#position").await, position);
    }
    chromium.press(" ").await;
    assert_eq!(text(&chromium, "#play").await, "Pause");
    until(
        &chromium,
        "document.getElementById('position').innerText === '3 of 19'",
    )
    .await;
    chromium.press(" ").await;
    assert_eq!(text(&chromium, "#play").await, "Play");
    chromium.press("a").await;
    assert_eq!(
        chromium.run("document.activeElement.id").await,
        json!("attacks")
    );
    chromium.press("?").await;
    assert_eq!(
        chromium.run("document.getElementById('help').open").await,
        json!(true)
    );
    // single keys can be switched off
    click(&chromium, "#keys-on").await;
    click(&chromium, "#help button").await;
    chromium.press("ArrowRight").await;
    assert_eq!(text(&chromium, "#position").await, "3 of 19");
    // and a card is reached and sent by the keyboard alone
    chromium
        .run("document.getElementById('send-stolen-code').focus()")
        .await;
    chromium
        .devtools(
            "Input.dispatchKeyEvent",
            &json!({ "type": "keyDown", "key": "Enter", "text": "\r" }),
        )
        .await;
    until(
        &chromium,
        "document.querySelector('#attack-stolen-code .mark.ok')",
    )
    .await;
    assert_eq!(
        chromium.run("document.activeElement.id").await,
        json!("send-stolen-code")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_is_sent_and_refused_and_works_without_the_guard() {
    let demo = start();
    let chromium = open(&demo).await;
    for id in ATTACKS {
        click(&chromium, &format!("#send-{id}")).await;
        until(
            &chromium,
            &format!("document.querySelector('#attack-{id} .mark')"),
        )
        .await;
        let card = text(&chromium, &format!("#attack-{id}")).await;
        let is_good = format!("document.querySelector('#attack-{id} .mark.ok') !== null");
        assert_eq!(chromium.run(&is_good).await, json!(true), "{card}");
        assert!(card.contains("What stopped it"), "{card}");
    }
    for (id, shown) in [
        ("alg-none", "98000.00"),
        ("public-key-as-secret", "98000.00"),
        ("changed-claim", "98000.00"),
        ("other-api", "1250.00"),
        ("other-account", "98000.00"),
        ("admin-function", "\"deleted\""),
        ("mix-up", "access_token"),
    ] {
        click(&chromium, &format!("#off-{id}")).await;
        let without = text(&chromium, &format!("#attack-{id} .without-guard")).await;
        assert!(
            without.contains(shown) && without.contains("it worked"),
            "{id}: {without}"
        );
        let boxes =
            format!("document.querySelector('#attack-{id} .with-guard').getClientRects().length");
        assert_eq!(chromium.run(&boxes).await, json!(0), "{id}");
    }
    let number = text(&chromium, "#attack-key-rotation .number").await;
    assert!(number.contains("0 of 1000"), "{number}");
    let number = text(&chromium, "#attack-old-refresh-token .number b").await;
    let took: u64 = number.trim_end_matches(" ms").parse().unwrap();
    assert!(took < 5_000, "{number}");
    assert_eq!(chromium.log().await, "[]");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tool_answers_and_the_page_stays_light() {
    let demo = start();
    let chromium = open(&demo).await;
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
    let counted = text(&chromium, "#look-ups").await;
    assert!(counted.contains("50 asked it"), "{counted}");

    click(&chromium, "#inspect").await;
    until(
        &chromium,
        "document.querySelector('#inspector .mark.legal')",
    )
    .await;
    let inspected = text(&chromium, "#inspector").await;
    assert!(inspected.contains("Which API it is for"), "{inspected}");
    chromium.fill("#pasted", "x").await;
    click(&chromium, "#inspect").await;
    until(&chromium, "document.querySelector('#inspector .mark.bad')").await;
    let inspected = text(&chromium, "#inspector").await;
    assert!(inspected.contains("401"), "{inspected}");

    let document = "openapi: 3.0.3\ninfo: { title: Notes, version: '1' }\npaths:\n  /notes/{id}:\n    get:\n      responses: { '200': { description: ok } }\n      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]\n";
    let paste = format!(
        "document.getElementById('document').value = {}",
        json!(document)
    );
    chromium.run(&format!("({paste})")).await;
    chromium.fill("#upstream", "http://127.0.0.1:9000").await;
    click(&chromium, "#write").await;
    until(
        &chromium,
        "document.getElementById('protect').innerText.includes('GET /notes/{id}')",
    )
    .await;
    let written = text(&chromium, "#protect").await;
    assert!(
        written.contains("upstream = \"http://127.0.0.1:9000\""),
        "{written}"
    );

    let snippets = text(&chromium, "#next").await;
    for title in [
        "express-openid-connect",
        "Spring Boot",
        "django-allauth",
        "Flask-OIDC",
        "go-oidc",
        "react-oidc-context",
    ] {
        assert!(snippets.contains(title), "{title}: {snippets}");
    }
    click(&chromium, ".frameworks a[href='/framework/flask-oidc']").await;
    until(&chromium, "location.pathname === '/framework/flask-oidc'").await;
    let code = text(&chromium, "main").await;
    for part in [
        "client_secrets.json",
        "\"flask-oidc\"",
        "demo-",
        "password-",
    ] {
        assert!(code.contains(part), "{part}: {code}");
    }
    assert_eq!(chromium.log().await, "[]");
    let page = airside_testkit::Browser::new().get(&demo.at("/")).await;
    let weight = page.text().len();
    assert!(weight <= MAX_PAGE, "{weight} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_with_the_app_and_sees_every_message_of_it() {
    let demo = start();
    let chromium = open(&demo).await;
    let app = chromium.run("document.getElementById('own').href").await;
    chromium.open(app.as_str().unwrap()).await;
    click(&chromium, "#sign-in").await;
    // filled in already
    until(
        &chromium,
        "document.getElementById('password')?.value.startsWith('password-')",
    )
    .await;
    click(&chromium, "#sign-in").await;
    click(&chromium, "#allow").await;
    chromium.see("1250.00").await;
    // nothing is left for another script
    let kept = "[document.cookie, localStorage.length, sessionStorage.length]";
    assert_eq!(chromium.run(kept).await, json!(["", 0, 0]));
    click(&chromium, "#other").await;
    chromium.see("refused by the guard").await;
    click(&chromium, "#back").await;
    chromium.see("This is your own sign-in").await;
    let label = "[...document.querySelectorAll('.m .label')].at(-1).innerText";
    let last = chromium.run(label).await;
    assert_eq!(last, json!("404: refused by the guard"));
    let steps = "document.querySelectorAll('.step').length";
    assert_eq!(chromium.run(steps).await, json!(7));
    let log = chromium.log().await;
    assert_eq!(log.matches("\"SEVERE\"").count(), 1, "{log}");
    assert!(log.contains("accounts/1002"), "{log}");
}
