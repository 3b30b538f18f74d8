//! `airside key`.

use serde_json::json;

use crate::{
    args::Key,
    exit::CommandError,
    output::Output,
    socket::{Admin, segment},
};

pub async fn run(command: Key, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    let keys = match command {
        Key::List => admin.list("/keys").await?,
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
    output.list(
        &keys,
        &[
            ("KEY", "kid"),
            ("ALGORITHM", "algorithm"),
            ("STATE", "state"),
            ("MADE", "created_at"),
            ("SIGNS FROM", "active_from"),
            ("PUBLISHED UNTIL", "published_until"),
            ("HELD BY", "held_by"),
            ("OF", "followers"),
            ("NOTE", "note"),
        ],
    )
}
