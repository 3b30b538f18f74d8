//! The SQL stores: SQLite.
