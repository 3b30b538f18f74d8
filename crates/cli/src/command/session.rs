//! `airside session`.

use crate::{
    args::Session,
    exit::CommandError,
    output::Output,
    socket::{Admin, segment},
};

pub async fn run(command: Session, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    match command {
        Session::List { username } => {
            let sessions = admin
                .list(&format!("/users/{}/sessions", segment(&username)))
                .await?;
            output.list(
                &sessions,
                &[
                    ("SESSION", "id"),
                    ("SIGNED IN", "signed_in_at"),
                    ("BY", "amr"),
                    ("LAST SEEN", "last_seen"),
                ],
            )
        }
        Session::End { session } => {
            let path = format!("/sessions/{}", segment(&session));
            output.object(&admin.delete(&path).await?)
        }
    }
}
