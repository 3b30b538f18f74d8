//! The access that a person has allowed a client.

use serde::{Deserialize, Serialize};

use crate::{
    id::{ClientId, UserId},
    request::access::{Access, FlatAccess},
    time::Time,
};

/// The access that a person has allowed a client at one redirect host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The user, the client and the redirect host.
    pub key: ConsentKey,
    /// Everything allowed so far.
    pub allowed: Access,
    /// The time at which it was last widened.
    pub granted_at: Time,
    /// Raised when it is taken back, so that codes issued under it die.
    pub epoch: u32,
}

/// The key of a consent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConsentKey {
    /// The person.
    pub user: UserId,
    /// The client.
    pub client: ClientId,
    /// The host that answers go to: another host needs a new consent.
    pub redirect_host: String,
}

/// [`Consent::allowed`] as this release and as earlier ones stored it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum StoredAccess {
    /// The form of this release.
    Current(Access),
    /// The form of earlier releases.
    Flat(FlatAccess),
}

impl From<StoredAccess> for Access {
    fn from(stored: StoredAccess) -> Self {
        match stored {
            StoredAccess::Current(access) => access,
            StoredAccess::Flat(flat) => flat.into_consent(),
        }
    }
}
