//! Sign-in with local accounts.

mod caller;
mod password;
mod throttle;
mod tokens;

pub use caller::{Admin, Caller, Sender, Staff, shut_out, source_address};
pub use password::{PasswordCheck, PasswordCost, hash_password};
pub use throttle::Throttle;
pub use tokens::{hash_of, issue};
