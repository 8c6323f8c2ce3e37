//! What admins arrange: journeys and calendars. The command line and the routes both act through here.

pub mod calendars;
pub mod draft;
pub mod migration;
pub mod publishing;
pub mod replay;
