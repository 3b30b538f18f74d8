//! `airside grant`.

use crate::{
    args::Grant,
    exit::CommandError,
    listing::Listing,
    output::Output,
    socket::{Admin, segment},
};

pub async fn run(command: Grant, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    match command {
        Grant::List { username } => {
            let columns = [
                ("GRANT", "id"),
                ("CLIENT", "client_id"),
                ("SCOPE", "scope"),
                ("CLAIMS", "claims"),
                ("MADE", "created_at"),
                ("REFRESHED", "refreshed_at"),
            ];
            let path = format!("/users/{}/grants", segment(&username));
            let grants = Listing::of(&path);
            grants.print(admin, *output, &columns).await.map(drop)
        }
        Grant::Revoke { grant } => {
            let path = format!("/grants/{}", segment(&grant));
            let revoked = admin.delete(&path).await?;
            output.remark(&format!(
                "Revoked the grant `{grant}` and every token of it:"
            ));
            output.object(&revoked)
        }
    }
}
