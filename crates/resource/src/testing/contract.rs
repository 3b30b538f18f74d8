//! The contract of adapters, as a test of an adapter (feature `testing`).
//!
//! The record of the test is a note, whose tables [`SQL`] makes; a database may spell the types as it likes.
//!
//! ```
//! use airside_resource::{contract_note, memory::Memory, testing::contract};
//!
//! contract_note!(Note, Memory); // the adapter under test
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let records = Memory::default();
//! for (note, person) in contract::SHARES {
//!     let row = [("note", note.into()), ("person", person.into())];
//!     records.unprotected().insert("contract_shares", row);
//! }
//! contract::check::<Note>(&records, 1).await?;
//! contract::check_transactions::<Note, _>(&records).await?;
//! # Ok::<(), contract::ContractError>(())
//! # }).unwrap();
//! ```

mod dice;
mod error;
mod note;
mod transactions;
mod trial;

use self::{dice::Dice, note::NOTES, trial::Trial};
pub use self::{error::ContractError, note::SHARES, transactions::check_transactions};
use crate::{Record, Records};

/// Makes both tables.
pub const SQL: &str = "
    CREATE TABLE contract_notes
        (id bigint PRIMARY KEY, owner text, label text, balance bigint, closed boolean,
         weight double precision, made_at timestamptz, content bytea, extra jsonb);
    CREATE TABLE contract_shares (note bigint NOT NULL, person text NOT NULL);
    INSERT INTO contract_shares VALUES
        (0, 'alice'), (0, 'bob'), (3, 'alice'), (4, ''), (7, 'bob'), (-1, 'alice');";

/// The JSON document in a note.
#[doc(hidden)]
pub use serde_json::Value as Document;

/// Declares the record of the contract, a note, for an adapter: `contract_note!(Note, Memory);`.
#[macro_export]
macro_rules! contract_note {
    ($name:ident, $records:ty) => {
        #[derive($crate::Record)]
        #[record(table = "contract_notes", records = $records)]
        struct $name {
            id: i64,
            owner: Option<String>,
            label: Option<String>,
            balance: Option<i64>,
            closed: Option<bool>,
            weight: Option<f64>,
            made_at: Option<$crate::policy::Timestamp>,
            content: Option<Vec<u8>>,
            extra: Option<$crate::record::Json<$crate::testing::contract::Document>>,
        }
    };
}

/// Tests an adapter whose table of notes is empty, and leaves it empty.
///
/// Hundreds of conditions made from the seed must find the expected notes, with `NULL`s, wildcards, special
/// characters and rows of the other table. Changes must happen where the rule holds and nowhere else, and
/// their answers must be the changed records.
///
/// # Errors
///
/// [`ContractError`] describes the first violation.
pub async fn check<T: Record>(records: &impl Records<T>, seed: u64) -> Result<(), ContractError> {
    let mut dice = Dice::new(seed);
    let trial = Trial {
        records,
        notes: (0..NOTES).map(|id| dice.note(id)).collect(),
    };
    trial.insert().await?;
    let (mut some, mut not_all) = (0, 0);
    for _ in 0..CONDITIONS {
        let filter = dice.predicate(3);
        let found = trial.list(&filter).await?;
        some += usize::from(!found.is_empty());
        not_all += usize::from(found.len() < trial.notes.len());
    }
    if some < 20 || not_all < 20 {
        return Err(ContractError(
            "the seed makes conditions that find nothing".to_owned(),
        ));
    }
    trial.pages().await?;
    trial.sorted().await?;
    for note in &trial.notes {
        let filter = dice.predicate(2);
        trial.load(note, &filter).await?;
    }
    trial.insert_below().await?;
    trial.update().await?;
    trial.delete().await
}

const CONDITIONS: u32 = 200;
