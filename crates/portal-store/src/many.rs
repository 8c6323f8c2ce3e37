//! Many rows in as few statements as are worth preparing.

use crate::columns::{Binding, Value, bind};
use crate::dialect::{Connection, DbRow};
use crate::error::StoreError;
use std::fmt::Write as _;
use std::sync::OnceLock;

/// Rows per statement: as many of the first as fit, then of the next.
const SIZES: [usize; 3] = [64, 8, 1];

/// `from (…)`, for any number of keys.
pub(crate) struct Select {
    from: &'static str,
    statements: [OnceLock<String>; SIZES.len()],
}

impl Select {
    /// `from` ends with the column of the keys and `IN`.
    pub const fn new(from: &'static str) -> Self {
        Self { from, statements: [const { OnceLock::new() }; SIZES.len()] }
    }

    /// The rows with these keys, in no order.
    pub async fn rows(&'static self, db: &mut Connection, keys: &[&str]) -> Result<Vec<DbRow>, StoreError> {
        let mut keys = keys.iter();
        let mut found = Vec::new();
        for (size, statement) in SIZES.into_iter().zip(&self.statements) {
            while keys.len() >= size {
                let sql = statement.get_or_init(|| {
                    let marks: Vec<String> = (1..=size).map(|number| format!("${number}")).collect();
                    format!("{} ({})", self.from, marks.join(", "))
                });
                let query =
                    keys.by_ref().take(size).fold(sqlx::query(sql.as_str()), |query, key| query.bind(*key));
                found.extend(query.fetch_all(&mut *db).await?);
            }
        }
        Ok(found)
    }
}

/// `into VALUES (…), (…) tail`, for any number of rows.
pub(crate) struct Insert {
    into: &'static str,
    tail: &'static str,
    statements: [OnceLock<String>; SIZES.len()],
}

impl Insert {
    pub const fn new(into: &'static str, tail: &'static str) -> Self {
        Self { into, tail, statements: [const { OnceLock::new() }; SIZES.len()] }
    }

    pub async fn rows<const COLUMNS: usize>(
        &'static self,
        db: &mut Connection,
        rows: Vec<[Value; COLUMNS]>,
    ) -> Result<(), StoreError> {
        let mut rows = rows.into_iter();
        for (size, statement) in SIZES.into_iter().zip(&self.statements) {
            while rows.len() >= size {
                let sql = statement.get_or_init(|| self.sql(size, COLUMNS));
                let query: Binding<'_> = sqlx::query(sql.as_str());
                rows.by_ref().take(size).flatten().fold(query, bind).execute(&mut *db).await?;
            }
        }
        Ok(())
    }

    fn sql(&self, rows: usize, columns: usize) -> String {
        let mut sql = format!("{} VALUES ", self.into);
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..columns {
                let comma = if column == 0 { "" } else { ", " };
                let _ = write!(sql, "{comma}${}", row * columns + column + 1);
            }
            sql.push(')');
        }
        sql.push_str(self.tail);
        sql
    }
}
