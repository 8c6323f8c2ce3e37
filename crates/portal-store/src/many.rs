//! Inserts of many rows in as few statements as are worth preparing.

use crate::columns::{Binding, Value, bind};
use crate::dialect::Connection;
use crate::error::StoreError;
use std::fmt::Write as _;
use std::sync::OnceLock;

/// Rows per statement: as many of the first as fit, then of the next.
const SIZES: [usize; 3] = [64, 8, 1];

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
