//! The part of an adapter that is the same for both databases.

/// Makes an adapter on a pool of sqlx: its type, and its queries by [`pool`](crate::pool).
macro_rules! adapter {
    ($(#[$doc:meta])* $adapter:ident, $pool:ty, $row:ty) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $adapter {
            pool: $pool,
        }

        impl $adapter {
            /// Takes a pool, which the application may have set up as it likes.
            #[must_use]
            pub fn new(pool: $pool) -> Self {
                Self { pool }
            }

            /// Returns the pool itself, for the application's own queries: no rule restricts them.
            #[must_use]
            pub fn unprotected(&self) -> &$pool {
                &self.pool
            }

            /// Runs a query whose rows are read by a function: for an adapter on top of sqlx, whose records have
            /// a trait of their own.
            ///
            /// # Errors
            ///
            /// [`RecordsError`](airside_resource::RecordsError), as for every adapter.
            pub async fn run_with<T: airside_resource::Record>(
                &self,
                query: airside_resource::Query,
                read: impl Fn($row) -> sqlx::Result<T> + Send,
            ) -> Result<Vec<T>, airside_resource::RecordsError> {
                $crate::pool::run(&self.pool, query, read).await
            }

            /// Counts the records that a rule allows: for an adapter on top of sqlx.
            ///
            /// # Errors
            ///
            /// [`RecordsError`](airside_resource::RecordsError), as for every adapter.
            pub async fn count_of<T: airside_resource::Record>(&self, count: airside_resource::Count) -> Result<u64, airside_resource::RecordsError> {
                $crate::pool::count::<_, T>(&self.pool, count).await
            }

            /// Tells whether an index of a table begins with a column: for an adapter on top of sqlx.
            ///
            /// # Errors
            ///
            /// [`RecordsError`](airside_resource::RecordsError), as for every adapter.
            pub async fn has_index_on(&self, table: &str, column: &str) -> Result<bool, airside_resource::RecordsError> {
                $crate::pool::has_index(&self.pool, table, column).await
            }
        }

        impl<T: airside_resource::Record + airside_resource::FromRow<Self>> airside_resource::Records<T> for $adapter {
            async fn run(&self, query: airside_resource::Query) -> Result<Vec<T>, airside_resource::RecordsError> {
                self.run_with(query, |row| T::from_row(&row)).await
            }

            async fn has_index(&self, table: &str, column: &str) -> Result<bool, airside_resource::RecordsError> {
                self.has_index_on(table, column).await
            }

            async fn count(&self, count: airside_resource::Count) -> Result<u64, airside_resource::RecordsError> {
                self.count_of::<T>(count).await
            }
        }

        impl airside_resource::record::RowAdapter for $adapter {
            type Row<'r> = $row;
            type Error = sqlx::Error;
        }

        impl ::std::fmt::Debug for $adapter {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str(stringify!($adapter))
            }
        }
    };
}

pub(crate) use adapter;
