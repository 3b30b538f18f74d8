//! The API in the memory of the process, which forgets all when it ends.

#[path = "api.rs"]
pub mod api;

use airside_resource::memory::Memory as Db;
