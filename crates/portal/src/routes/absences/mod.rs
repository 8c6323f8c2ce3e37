//! Out-of-office windows.

pub mod list;
pub mod save;
