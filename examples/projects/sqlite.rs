//! The API in SQLite: a file, or memory.

#[path = "api.rs"]
pub mod api;

use airside_resource::sqlite::Sqlite as Db;

pub const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS projects (
        id INTEGER PRIMARY KEY, owner TEXT NOT NULL, org TEXT NOT NULL, name TEXT NOT NULL,
        version INTEGER NOT NULL, deleted_at TEXT);
    CREATE TABLE IF NOT EXISTS members (
        project INTEGER NOT NULL REFERENCES projects, person TEXT NOT NULL, role TEXT NOT NULL,
        PRIMARY KEY (project, person));
    CREATE INDEX IF NOT EXISTS projects_owner ON projects (owner);
    CREATE TABLE IF NOT EXISTS tasks (
        project INTEGER NOT NULL REFERENCES projects, number INTEGER NOT NULL, title TEXT NOT NULL,
        done INTEGER NOT NULL, hours REAL, due_at TEXT, labels TEXT NOT NULL,
        PRIMARY KEY (project, number));
    CREATE TABLE IF NOT EXISTS files (
        id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES projects, content BLOB NOT NULL);";
