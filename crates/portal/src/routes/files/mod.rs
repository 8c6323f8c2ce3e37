//! Files: content named by its SHA-256.

pub mod download;
pub mod upload;
