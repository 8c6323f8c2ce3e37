//! Sync with consoles: commands up, changes down, and a nudge when there is something newer. For staff only.

pub mod bootstrap;
pub mod changes;
pub mod commands;
pub mod events;
pub mod handshake;
pub mod named;
