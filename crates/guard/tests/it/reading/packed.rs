//! A body that is compressed.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::*;

fn packed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

async fn status(world: &World, coding: &str, body: &[u8]) -> u16 {
    let headers = format!("{JSON}Content-Encoding: {coding}\r\n");
    send_bytes(world, "POST /json", &headers, body).await.status
}

/// G06: names are looked for in what is packed, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_gzip_is_unpacked_to_be_read() {
    let world = world().await;
    let (good, odd) = (br#"{"note":1}"#, br#"{"_method":"DELETE"}"#);
    let mut far = br#"{"note":""#.to_vec();
    far.extend([b'x'; 60_000]);
    far.extend(br#"","_method":"DELETE"}"#);
    let mut trailing = packed(good);
    trailing.extend(packed(odd));
    let cut = &packed(odd)[..20];
    for (coding, body) in [
        ("gzip", packed(odd).as_slice()),
        ("X-GZIP", &packed(odd)),
        ("gzip", &packed(&far)),
        // what some would read as it is, and others up to its first end
        ("gzip", odd),
        ("gzip", good),
        ("gzip", &trailing),
        ("gzip", cut),
    ] {
        assert_eq!(
            status(&world, coding, body).await,
            400,
            "{}",
            body.escape_ascii()
        );
        assert_eq!(world.reached(), 0, "{}", body.escape_ascii());
    }
    // the controls
    for coding in ["gzip", "x-gzip", "GZIP"] {
        assert_eq!(status(&world, coding, &packed(good)).await, 200, "{coding}");
    }
    assert_eq!(world.reached(), 3);
}

/// G06: of another coding nobody knows what is in it, or who reads it as it is.
#[tokio::test(flavor = "multi_thread")]
async fn another_coding_is_not_taken_where_names_count() {
    let world = world().await;
    let odd = br#"{"_method":"DELETE"}"#;
    for coding in [
        "x",
        "utf-8",
        "none",
        "aws-chunked",
        "br",
        "deflate",
        "zstd",
        "gzip, gzip",
        "identity, gzip",
    ] {
        assert_eq!(status(&world, coding, odd).await, 415, "{coding}");
    }
    // without a type, it could be anything
    let untyped = "Content-Encoding: gzip\r\n";
    is_refused(&world, ("PUT /any", untyped, "_method=DELETE"), 415).await;
    for empty in ["", " ", ",", "identity"] {
        assert_eq!(status(&world, empty, odd).await, 400, "{empty:?}");
        assert_eq!(status(&world, empty, b"{}").await, 200, "{empty:?}");
    }
    world.reached();
    // the control: names count in JSON and forms
    let text = "Content-Type: text/plain\r\nContent-Encoding: br\r\n";
    passes(&world, ("PUT /any", text, "_method=DELETE")).await;
}

/// An unpacked body has the bounds of a body.
#[tokio::test(flavor = "multi_thread")]
async fn a_small_body_does_not_unpack_to_a_huge_one() {
    let bounded = "[limits]\nrequest_body_bytes = 100000";
    let world = World::with("", &format!("{bounded}\n{OPERATIONS}")).await;
    let text = |length: usize| packed(format!("\"{}\"", "x".repeat(length)).as_bytes());
    assert_eq!(status(&world, "gzip", &text(99_000)).await, 200);
    assert_eq!(status(&world, "gzip", &text(200_000)).await, 413);
}
