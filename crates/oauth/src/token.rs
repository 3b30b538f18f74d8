//! Tokens: which grant issues them, for which audience, and what becomes of them afterwards.

pub mod audience;
pub mod grant_type;
pub mod introspection;
pub mod issue;
pub mod presented;
pub mod refresh_token;
pub mod released_claim;
pub mod revocation;
pub mod sign;
pub mod userinfo;
