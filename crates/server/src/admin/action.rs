//! The permissions of an administrator.

use airside_policy::{FunctionRule, rule};
use airside_resource::actions;

actions! {
    /// Shows the issuer.
    ReadIssuer = read();
    /// Read the document of this API.
    ReadDocument public = "documentation";
    /// See clients.
    ReadClients = read();
    /// Register, change and delete clients.
    WriteClients = write();
    /// See APIs.
    ReadResources = read();
    /// Add, change and delete APIs.
    WriteResources = write();
    /// See accounts.
    ReadUsers = read();
    /// Make, change and delete accounts.
    WriteUsers = write();
    /// See what people have allowed clients.
    ReadGrants = read();
    /// End what a person has allowed a client.
    RevokeGrants = write();
    /// See in which browsers people are signed in.
    ReadSessions = read();
    /// Sign a person out of a browser.
    EndSessions = write();
    /// See the states of signing keys.
    ReadKeys = read();
    /// Rotate and retire signing keys.
    WriteKeys = write();
    /// See what a token is.
    InspectTokens = read();
    /// End the grant or the token.
    RevokeTokens = write();
    /// Read the audit trail.
    ReadEvents = read();
}

fn read() -> FunctionRule {
    rule::scope("airside:admin:read")
}

fn write() -> FunctionRule {
    rule::scope("airside:admin:write")
}
