//! Every client of a store, page by page.

use airside_oauth::{
    client::{Client, stored::StoredClient},
    id::ClientId,
};

use crate::{Directory, Unavailable};

/// Reads every client, page by page: what is changed meanwhile is read as it is when its page comes.
#[derive(Debug, Default)]
pub struct ClientPages {
    last: Option<ClientId>,
    is_over: bool,
}

impl ClientPages {
    /// Returns the next page; none when all are read.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store could not be read.
    pub async fn next<D: Directory + ?Sized>(
        &mut self,
        store: &D,
    ) -> Result<Option<Vec<StoredClient>>, Unavailable> {
        if self.is_over {
            return Ok(None);
        }
        let page = store.stored_clients(self.last.as_ref(), PAGE).await?;
        self.is_over = page.len() < PAGE as usize;
        self.last = page.last().map(|client| client.client_id.clone());
        Ok(Some(page))
    }
}

/// Reads every client whole, for tools and tests: what serves reads pages.
///
/// # Errors
///
/// [`Unavailable`] if the store failed, or a client cannot be read.
pub async fn all_clients<D: Directory + ?Sized>(store: &D) -> Result<Vec<Client>, Unavailable> {
    let mut all = Vec::new();
    let mut pages = ClientPages::default();
    while let Some(page) = pages.next(store).await? {
        for stored in page {
            all.push(stored.client().map_err(Unavailable::new)?);
        }
    }
    Ok(all)
}

/// Bounds what is in memory at once, and how long one read holds a connection.
const PAGE: u32 = 2_000;
