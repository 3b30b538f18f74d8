//! The first objects.

use rusqlite::params;

use crate::{answer::ApiError, database::Database, random::Random, testbed::PEOPLE};

pub(crate) const SEED: u64 = 2023;

/// Makes the tables with some objects of each person.
pub(crate) fn database(random: &mut Random) -> Result<Database, ApiError> {
    let db = Database::open()?;
    for (slug, name) in [("north", "North Harbour"), ("south", "South Pier")] {
        let billing = format!("billing@{slug}.example");
        db.run(
            "INSERT INTO tenants (slug, name, billing_email, footer) VALUES (?, ?, ?, '')",
            params![slug, name, billing],
        )?;
        db.run(
            "INSERT INTO documents (tenant, author, title, body) VALUES (?, 'adam', 'House rules', ?)",
            params![slug, format!("The rules of {name}.")],
        )?;
        db.run(
            "INSERT INTO budgets (tenant, purpose) VALUES (?, ?)",
            params![slug, format!("Repairs at {name}.")],
        )?;
    }
    for person in PEOPLE {
        let digits: u32 = person.username.bytes().map(u32::from).sum();
        let phone = format!("+49 30 {}", 100_000 + digits * 7);
        db.run(
            "INSERT INTO users (username, password, email, phone, bio, role, tenant) VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![
                person.username,
                person.password,
                format!("{}@mail.example", person.username),
                phone,
                format!("{} lives near the harbour.", person.username),
                person.role,
                person.tenant
            ],
        )?;
        belongings(&db, random, person.username)?;
    }
    publications(&db)?;
    Ok(db)
}

/// Makes what each person has, also where the API makes no new ones.
fn belongings(db: &Database, random: &mut Random, username: &str) -> Result<(), ApiError> {
    db.run(
        "INSERT INTO profiles (username, headline, motto) VALUES (?, ?, '')",
        params![username, format!("About {username}")],
    )?;
    db.run(
        "INSERT INTO settings (username, signature) VALUES (?, ?)",
        params![username, format!("Kind regards, {username}")],
    )?;
    db.run(
        "INSERT INTO accounts (owner_id, label) SELECT id, 'Savings of ' || username FROM users WHERE username = ?",
        params![username],
    )?;
    let count = db
        .row("SELECT count(*) AS n FROM invoices", [])?
        .number("n");
    db.run(
        "INSERT INTO invoices (number, customer, address, amount) VALUES (?, ?, ?, ?)",
        params![
            format!("INV-2023-{:04}", count + 1),
            username,
            format!("{} Quay Street, {username}'s house", 10 + count),
            1900 + count
        ],
    )?;
    db.run(
        "INSERT INTO files (id, uploader, name, content) VALUES (?, ?, 'diary.txt', ?)",
        params![random.uuid(), username, format!("The diary of {username}.")],
    )?;
    Ok(())
}

fn publications(db: &Database) -> Result<(), ApiError> {
    db.run(
        "INSERT INTO articles (title, author, summary, draft) VALUES ('welcome', 'adam', 'How to begin', 'Not yet ready')",
        [],
    )?;
    db.run(
        "INSERT INTO flags (name, comment) VALUES ('beta', 'the new basket')",
        [],
    )?;
    db.run(
        "INSERT INTO stock (bin, count, remark) VALUES ('B-1', 12, 'on the left')",
        [],
    )?;
    db.run(
        "INSERT INTO coupons (code, percent, purpose) VALUES ('SPRING', 10, 'spring sale')",
        [],
    )?;
    db.run(
        "INSERT INTO audit (actor, action) VALUES ('adam', 'opened the shop')",
        [],
    )?;
    Ok(())
}
