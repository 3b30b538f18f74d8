//! `airside grant`.

use crate::{
    args::Grant,
    exit::CommandError,
    output::Output,
    socket::{Admin, segment},
};

pub async fn run(command: Grant, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    match command {
        Grant::List { username } => {
            let grants = admin
                .list(&format!("/users/{}/grants", segment(&username)))
                .await?;
            output.list(
                &grants,
                &[
                    ("GRANT", "id"),
                    ("CLIENT", "client_id"),
                    ("SCOPE", "scope"),
                    ("CLAIMS", "claims"),
                    ("MADE", "created_at"),
                    ("REFRESHED", "refreshed_at"),
                ],
            )
        }
        Grant::Revoke { grant } => {
            let path = format!("/grants/{}", segment(&grant));
            output.object(&admin.delete(&path).await?)
        }
    }
}
