//! Out of office.

use super::KindName;
use clap::Args;

#[derive(Args)]
pub struct AwayArgs {
    /// From when, in the person's own zone, for example 2026-12-24T09:00
    #[arg(long)]
    pub from: Option<String>,
    /// The first minute of being back
    #[arg(long)]
    pub until: Option<String>,
    /// Who decides instead, by e-mail address or name, with what they are limited to; may be repeated
    ///
    /// Limits follow a comma each: `--to bram,kind=invoice,up-to=50000 --to chloe,client=ACME --to dana`. Amounts are
    /// minor units (cents). The first whose limits fit gets the work. A name without limits takes those of --client,
    /// --kind and --up-to.
    #[arg(long, value_name = "PERSON[,LIMIT]…", value_parser = deputy)]
    pub to: Vec<DeputyArg>,
    /// Only work for this client (its code or name)
    #[arg(long)]
    pub client: Option<String>,
    /// Only work of this kind
    #[arg(long, value_enum)]
    pub kind: Option<KindName>,
    /// Only work up to this amount, in minor units (cents)
    #[arg(long, value_name = "AMOUNT")]
    pub up_to: Option<i64>,
    /// For the colleagues
    #[arg(long)]
    pub note: Option<String>,
    /// Somebody else whom you lead
    #[arg(long, value_name = "PERSON")]
    pub person: Option<String>,
    /// Only say what is to be thought of; save nothing. Offline, by what is known on this device
    #[arg(long)]
    pub check: bool,
    /// Change the absence with this id: what is not named stays as it is
    #[arg(long, value_name = "ID", conflicts_with_all = ["cancel", "back", "person"])]
    pub edit: Option<String>,
    /// Back early: the absence with this id ends now, and the days that were one stay one
    #[arg(long, value_name = "ID", conflicts_with_all = ["cancel", "from", "until", "to", "person"])]
    pub back: Option<String>,
    /// Take back the absence with this id, as if it had never been said
    #[arg(long, value_name = "ID", conflicts_with_all = ["from", "until", "to"])]
    pub cancel: Option<String>,
}

/// A deputy, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeputyArg {
    pub person: String,
    pub client: Option<String>,
    pub kind: Option<String>,
    pub up_to: Option<i64>,
}

impl DeputyArg {
    pub fn is_limited(&self) -> bool {
        self.client.is_some() || self.kind.is_some() || self.up_to.is_some()
    }
}

/// `PERSON[,client=CODE][,kind=KIND][,up-to=AMOUNT]`.
fn deputy(text: &str) -> Result<DeputyArg, String> {
    let mut parts = text.split(',').map(str::trim);
    let person = parts.next().filter(|person| !person.is_empty()).ok_or("Name somebody first.")?;
    let mut deputy = DeputyArg { person: person.to_owned(), client: None, kind: None, up_to: None };
    for part in parts {
        match part.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
            Some(("client", code)) => deputy.client = Some(code.to_owned()),
            Some(("kind", kind)) => deputy.kind = Some(kind.to_lowercase()),
            Some(("up-to" | "up_to", amount)) => {
                let amount = amount.parse().map_err(|_| {
                    format!("“{amount}” is no amount in minor units. Write 50000 for 500.00.")
                })?;
                deputy.up_to = Some(amount);
            }
            _ => return Err(format!("“{part}” is no limit. Write client=CODE, kind=KIND or up-to=AMOUNT.")),
        }
    }
    Ok(deputy)
}

#[derive(Args)]
pub struct CoverageArgs {
    /// E-mail address or name
    pub person: String,
    /// From when [default: now]
    #[arg(long)]
    pub from: Option<String>,
    /// Until when [default: two weeks later]
    #[arg(long)]
    pub until: Option<String>,
    /// For the work on this item
    #[arg(long, value_name = "REF", conflicts_with_all = ["client", "kind", "amount"])]
    pub item: Option<String>,
    /// For work of this client (its code or name)
    #[arg(long)]
    pub client: Option<String>,
    /// For work of this kind
    #[arg(long, value_enum)]
    pub kind: Option<KindName>,
    /// For work of this amount, in minor units (cents)
    #[arg(long)]
    pub amount: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::deputy;

    #[test]
    fn a_deputy_is_a_name_with_limits_of_their_own() {
        let limited = deputy("bram, kind=invoice, up-to=50000").unwrap();
        assert_eq!(
            (limited.person.as_str(), limited.kind.as_deref(), limited.up_to),
            ("bram", Some("invoice"), Some(50_000))
        );
        assert!(!deputy("Ana Sofia").unwrap().is_limited());
        assert!(deputy("bram,colour=red").unwrap_err().contains("client=CODE"));
        assert!(deputy("bram,up-to=lots").unwrap_err().contains("minor units"));
        assert!(deputy(",kind=invoice").is_err());
    }
}
