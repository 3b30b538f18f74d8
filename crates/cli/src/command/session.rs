//! `airside session`.

use crate::{
    args::Session,
    exit::CommandError,
    listing::Listing,
    output::Output,
    socket::{Admin, segment},
};

pub async fn run(command: Session, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    match command {
        Session::List { username } => {
            let columns = [
                ("SESSION", "id"),
                ("SIGNED IN", "signed_in_at"),
                ("BY", "amr"),
                ("LAST SEEN", "last_seen"),
            ];
            let path = format!("/users/{}/sessions", segment(&username));
            let sessions = Listing::of(&path);
            sessions.print(admin, *output, &columns).await.map(drop)
        }
        Session::End { session } => {
            let path = format!("/sessions/{}", segment(&session));
            let ended = admin.delete(&path).await?;
            output.remark(&format!("Ended the session `{session}`:"));
            output.object(&ended)
        }
    }
}
