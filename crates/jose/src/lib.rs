//! Strict JOSE: JWA, JWK, JWS and JWT over aws-lc-rs, and the JWT verifier.
