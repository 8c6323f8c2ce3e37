//! Keying in a new item for a client.

use super::{KindName, PriorityName, field};
use clap::Args;
use postern_domain::FieldValue;

#[derive(Args)]
pub struct SubmitArgs {
    /// For whom: the client's code or name
    #[arg(long)]
    pub client: String,
    #[arg(long, value_enum)]
    pub kind: KindName,
    #[arg(long)]
    pub title: String,
    #[arg(long, default_value = "")]
    pub description: String,
    /// The journey's key [default: the only one for the kind]
    #[arg(long, value_name = "KEY")]
    pub journey: Option<String>,
    /// The project's id or name
    #[arg(long)]
    pub project: Option<String>,
    /// For example `amount=125000` (minor units); may be repeated
    #[arg(long = "field", value_name = "FIELD=VALUE", value_parser = field)]
    pub fields: Vec<(String, FieldValue)>,
    #[arg(long, value_enum, default_value_t = PriorityName::Normal)]
    pub priority: PriorityName,
    /// Who owns it, by e-mail address or name [default: who is responsible for the client]
    #[arg(long, value_name = "PERSON")]
    pub owner: Option<String>,
    /// Only say what would come of it; save nothing
    #[arg(long)]
    pub check: bool,
    /// How long to wait for the portal's answer, in seconds
    #[arg(long, default_value_t = 30)]
    pub timeout: u64,
}

#[derive(Args)]
pub struct FormsArgs {
    /// Only for this kind
    #[arg(long, value_enum)]
    pub kind: Option<KindName>,
}
