//! Sign-in.

pub mod refresh;
pub mod sign_in;
pub mod sign_out;
