//! Whether the portal is there, for whoever watches over it.

pub mod live;
pub mod ready;
