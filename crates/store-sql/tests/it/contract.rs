//! Both stores do what the contract says.

mod postgres;
mod sqlite;
