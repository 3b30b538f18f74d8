//! `airside key`.

use serde_json::json;

use crate::{
    args::Key,
    exit::CommandError,
    listing::Listing,
    output::Output,
    socket::{Admin, segment},
};

pub async fn run(command: Key, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    let keys = match command {
        Key::List => {
            let keys = Listing::of("/keys");
            return keys.print(admin, *output, &COLUMNS).await.map(drop);
        }
        Key::Rotate { alg, emergency } => {
            admin
                .post(
                    "/keys/rotate",
                    &json!({ "alg": alg, "emergency": emergency }),
                )
                .await?
        }
        Key::Retire { kid } => {
            admin
                .post(&format!("/keys/{}/retire", segment(&kid)), &json!({}))
                .await?
        }
    };
    output.list(&keys, &COLUMNS)
}

/// The columns of a list of keys.
const COLUMNS: [(&str, &str); 9] = [
    ("KEY", "kid"),
    ("ALGORITHM", "algorithm"),
    ("STATE", "state"),
    ("MADE", "created_at"),
    ("SIGNS FROM", "active_from"),
    ("PUBLISHED UNTIL", "published_until"),
    ("HELD BY", "held_by"),
    ("OF", "followers"),
    ("NOTE", "note"),
];
