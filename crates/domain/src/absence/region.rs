//! All work of certain clients, kinds and amounts: what a delegation takes, and what it leaves to the next one.

use super::record::{DelegationScope, Work, is_within};
use crate::ids::ClientId;
use crate::item::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A part of all possible work; never empty. The parts are combined with "and".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct WorkRegion {
    pub clients: Clients,
    pub kinds: BTreeSet<Kind>,
    pub amounts: Amounts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename = "WorkClients")]
pub enum Clients {
    Only(ClientId),
    /// Everybody but these; with none named, everybody.
    AllBut(BTreeSet<ClientId>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export, rename = "WorkAmounts")]
pub struct Amounts {
    /// Whether work without a known amount belongs to it.
    pub unknown: bool,
    /// The known amounts that belong to it, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub known: Option<AmountBounds>,
}

/// Sizes of amounts, in minor units; a credit counts like a charge. Absent bounds do not bind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AmountBounds {
    /// Larger than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<f64>")]
    pub above: Option<i64>,
    /// At most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<f64>")]
    pub up_to: Option<i64>,
}

impl WorkRegion {
    pub fn everything() -> Self {
        Self {
            clients: Clients::AllBut(BTreeSet::new()),
            kinds: Kind::ALL.into(),
            amounts: Amounts { unknown: true, known: Some(AmountBounds::default()) },
        }
    }

    pub fn contains(&self, work: Work<'_>) -> bool {
        let client = match &self.clients {
            Clients::Only(id) => id == work.place.client,
            Clients::AllBut(ids) => !ids.contains(work.place.client),
        };
        client && self.kinds.contains(&work.place.kind) && self.amounts.contain(work.amount)
    }

    /// What of it `scope` covers, and what it leaves: together the whole, and nothing twice.
    pub(super) fn split(&self, scope: &DelegationScope) -> (Option<WorkRegion>, Vec<WorkRegion>) {
        let (client_in, client_out) = self.clients.split(scope.client.as_ref());
        let (kinds_in, kinds_out) = split_kinds(&self.kinds, scope.kind);
        let (amounts_in, amounts_out) = self.amounts.split(scope.amount_up_to);
        let mut left = Vec::new();
        left.extend(client_out.map(|clients| WorkRegion { clients, ..self.clone() }));
        let Some(clients) = client_in else {
            return (None, left);
        };
        left.extend(kinds_out.map(|kinds| WorkRegion {
            clients: clients.clone(),
            kinds,
            amounts: self.amounts,
        }));
        let Some(kinds) = kinds_in else {
            return (None, left);
        };
        left.extend(amounts_out.map(|amounts| WorkRegion {
            clients: clients.clone(),
            kinds: kinds.clone(),
            amounts,
        }));
        (amounts_in.map(|amounts| WorkRegion { clients, kinds, amounts }), left)
    }
}

/// What of `regions` `scope` covers, and what it leaves.
pub(super) fn split_all(
    regions: &[WorkRegion],
    scope: &DelegationScope,
) -> (Vec<WorkRegion>, Vec<WorkRegion>) {
    let (mut taken, mut left) = (Vec::new(), Vec::new());
    for region in regions {
        let (inside, outside) = region.split(scope);
        taken.extend(inside);
        left.extend(outside);
    }
    (taken, left)
}

impl Clients {
    fn split(&self, client: Option<&ClientId>) -> (Option<Clients>, Option<Clients>) {
        match (self, client) {
            (all, None) => (Some(all.clone()), None),
            (Clients::Only(id), Some(client)) if id == client => (Some(self.clone()), None),
            (Clients::Only(_), Some(_)) => (None, Some(self.clone())),
            (Clients::AllBut(ids), Some(client)) if ids.contains(client) => (None, Some(self.clone())),
            (Clients::AllBut(ids), Some(client)) => {
                let rest = ids.iter().chain([client]).cloned().collect();
                (Some(Clients::Only(client.clone())), Some(Clients::AllBut(rest)))
            }
        }
    }
}

fn split_kinds(
    kinds: &BTreeSet<Kind>,
    kind: Option<Kind>,
) -> (Option<BTreeSet<Kind>>, Option<BTreeSet<Kind>>) {
    let (inside, outside): (BTreeSet<Kind>, BTreeSet<Kind>) =
        kinds.iter().partition(|each| kind.is_none_or(|kind| kind == **each));
    let unless_empty = |kinds: BTreeSet<Kind>| (!kinds.is_empty()).then_some(kinds);
    (unless_empty(inside), unless_empty(outside))
}

impl Amounts {
    fn contain(&self, amount: Option<i64>) -> bool {
        match amount {
            None => self.unknown,
            Some(amount) => self.known.is_some_and(|known| {
                known.above.is_none_or(|above| !is_within(amount, above))
                    && known.up_to.is_none_or(|up_to| is_within(amount, up_to))
            }),
        }
    }

    fn split(self, limit: Option<i64>) -> (Option<Amounts>, Option<Amounts>) {
        let Some(limit) = limit else {
            return (Some(self), None);
        };
        let inside = self.known.and_then(|known| known.cut(known.above, Some(limit)));
        let outside = self.known.and_then(|known| known.cut(Some(limit), known.up_to));
        (
            inside.map(|known| Amounts { unknown: false, known: Some(known) }),
            (self.unknown || outside.is_some()).then_some(Amounts { unknown: self.unknown, known: outside }),
        )
    }
}

impl AmountBounds {
    /// The part above `above` and up to `up_to`, unless there is none.
    fn cut(self, above: Option<i64>, up_to: Option<i64>) -> Option<AmountBounds> {
        // No size is below nothing, so a bound there does not bind from below, and admits nothing from above.
        let above = above.into_iter().chain(self.above).filter(|above| *above >= 0).max();
        let up_to = up_to.into_iter().chain(self.up_to).min();
        let is_empty = up_to.is_some_and(|up_to| up_to < 0 || above.is_some_and(|above| above >= up_to));
        (!is_empty).then_some(AmountBounds { above, up_to })
    }
}
