//! The API in PostgreSQL.

#[path = "api.rs"]
pub mod api;

use airside_resource::postgres::Postgres as Db;

pub const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS projects (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text NOT NULL, org text NOT NULL,
        name text NOT NULL, version bigint NOT NULL, deleted_at timestamptz);
    CREATE TABLE IF NOT EXISTS members (
        project bigint NOT NULL REFERENCES projects, person text NOT NULL, role text NOT NULL,
        PRIMARY KEY (project, person));
    CREATE INDEX IF NOT EXISTS projects_owner ON projects (owner);
    CREATE TABLE IF NOT EXISTS tasks (
        project bigint NOT NULL REFERENCES projects, number bigint NOT NULL, title text NOT NULL,
        done boolean NOT NULL, hours double precision, due_at timestamptz, labels jsonb NOT NULL,
        PRIMARY KEY (project, number));
    CREATE TABLE IF NOT EXISTS files (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, project bigint NOT NULL REFERENCES projects,
        content bytea NOT NULL);";
