//! The protocol: OAuth 2.1 and OpenID Connect decisions, pure and synchronous.
