//! The sample organisation's accounts, as the portal reports them.

use anyhow::Context;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub email: String,
    pub name: String,
    #[serde(default)]
    pub roles: Vec<String>,
    #[serde(default)]
    pub time_zone: String,
    /// The portal marks the account that shows most: one with work of its own.
    #[serde(default)]
    pub suggested: bool,
}

impl Account {
    fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|own| own == role)
    }
}

/// Whose eyes to look through: the account that the portal suggests, else an approver, best one who also leads a team.
pub fn suggested(accounts: &[Account]) -> anyhow::Result<&Account> {
    let first = |wanted: &dyn Fn(&Account) -> bool| accounts.iter().find(|account| wanted(account));
    first(&|account| account.suggested)
        .or_else(|| first(&|account| account.has("internal_approver") && account.has("team_lead")))
        .or_else(|| first(&|account| account.has("internal_approver")))
        .or_else(|| accounts.first())
        .context("the sample organisation has no accounts, so nobody can sign in; try --fresh")
}

#[cfg(test)]
mod tests {
    use super::{Account, suggested};

    fn account(name: &str, roles: &[&str], suggested: bool) -> Account {
        Account {
            email: format!("{name}@example.com"),
            name: name.to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            time_zone: String::new(),
            suggested,
        }
    }

    #[test]
    fn the_suggested_account_wins() {
        let accounts = [
            account("ann", &["internal_approver", "team_lead"], false),
            account("bob", &["internal_owner"], true),
        ];
        assert_eq!(suggested(&accounts).unwrap().name, "bob");
    }

    #[test]
    fn an_approver_who_leads_a_team_comes_before_an_approver() {
        let accounts = [
            account("ann", &["client"], false),
            account("bob", &["internal_approver"], false),
            account("cec", &["internal_approver", "team_lead"], false),
        ];
        assert_eq!(suggested(&accounts).unwrap().name, "cec");
        assert_eq!(suggested(&accounts[..2]).unwrap().name, "bob");
    }

    #[test]
    fn nobody_to_sign_in_is_an_error() {
        assert!(suggested(&[]).is_err());
    }
}
