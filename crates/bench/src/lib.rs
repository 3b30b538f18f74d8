//! What tries an issuer from outside: one connection, and the attacks of the catalogue.
//!
//! | module | does |
//! |---|---|
//! | [`attack`] | tries the black-box attacks against any issuer |
//! | [`connection`] | one HTTP/1.1 connection |

pub mod attack;
pub mod connection;
