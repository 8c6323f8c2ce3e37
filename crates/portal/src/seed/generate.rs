//! The stream of items: who hands over what and when, each with its life up to now.

use super::calendar::{Rhythm, moment};
use super::dice::Dice;
use super::life::{Life, Lived, Plan, Showcase};
use super::organisation::{HOME, Organisation};
use postern_domain::{Kind, MINUTE_MS, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Half a year.
const DAYS: f64 = 182.0;
/// Up to so many items, a history is half a year long.
const HALF_A_YEAR_OF_ITEMS: f64 = 10_000.0;
/// So many items have documents attached, about.
const WITH_DOCUMENTS: f64 = 45.0;

/// What the whole sample follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub seed: u64,
    pub items: usize,
    /// Where history ends.
    pub now: Timestamp,
}

impl Order {
    pub fn organisation(&self) -> Organisation {
        Organisation::new(self.seed, self.items, self.now)
    }

    /// How much larger than usual it is.
    fn surplus(&self) -> f64 {
        (self.items as f64 / HALF_A_YEAR_OF_ITEMS).max(1.0)
    }

    /// Half a year for what an organisation of this size gets done in that time; up to five years for a million items.
    fn days(&self) -> i64 {
        (DAYS * self.surplus().sqrt().min(10.0)) as i64
    }

    /// Large organisations are quicker, so that the work in flight stays at some thousands: open items grow much more
    /// slowly than all items do.
    fn pace(&self) -> f64 {
        self.surplus().powf(-0.7) * self.days() as f64 / DAYS
    }
}

/// Items in the order in which they were handed over, each with all that happened to it up to now. Keeps one day's
/// hand-overs in memory, whatever the size.
pub struct Items {
    order: Order,
    organisation: Arc<Organisation>,
    dice: Dice,
    days: VecDeque<(i64, usize)>,
    /// The rest of the day: when, and from which client.
    arrivals: VecDeque<(Timestamp, usize)>,
    /// How many items each client has handed over.
    counts: Vec<u32>,
    next: u64,
    showcases: HashMap<u64, Showcase>,
}

impl Items {
    pub fn new(order: Order, organisation: Arc<Organisation>) -> Self {
        let mut dice = Dice::new(order.seed, u64::MAX - 1);
        let rhythm = Rhythm::new(order.items, order.days(), order.now, HOME, &mut dice);
        Self {
            order,
            showcases: showcases(&rhythm),
            counts: vec![0; organisation.clients.len()],
            organisation,
            dice,
            days: rhythm.days.into(),
            arrivals: VecDeque::new(),
            next: 0,
        }
    }

    fn begin_day(&mut self, day: i64, count: usize) {
        let mut arrivals: Vec<_> = (0..count).map(|_| self.arrival(day)).collect();
        arrivals.sort_unstable();
        self.arrivals = arrivals.into();
    }

    fn arrival(&mut self, day: i64) -> (Timestamp, usize) {
        let latest = self.order.now.plus_ms(-3 * MINUTE_MS);
        for _ in 0..60 {
            let weights = self.organisation.clients.iter().map(|account| account.weight);
            let client = self.dice.weighted(weights);
            let at = moment(day, self.organisation.clients[client].zone, &mut self.dice);
            if at <= latest {
                return (at, client);
            }
        }
        // The day has hardly begun anywhere: somebody is at work early.
        let client = self.dice.below(self.organisation.clients.len());
        (latest.plus_ms(-self.dice.between(0, 60) * MINUTE_MS), client)
    }

    fn live(&mut self, at: Timestamp, client: usize) -> Option<Lived> {
        let organisation = Arc::clone(&self.organisation);
        let account = &organisation.clients[client];
        self.counts[client] += 1;
        let mut dice = Dice::new(self.order.seed, self.next);
        let showcase = self.showcases.remove(&self.next);
        self.next += 1;
        let kind = match dice.weighted([34, 24, 22, 20].into_iter()) {
            1 if showcase.is_none() => Kind::Deliverable,
            3 if showcase.is_none() => Kind::Invoice,
            2 => Kind::Ticket,
            _ => Kind::Request,
        };
        let plan = Plan {
            account,
            at,
            reference: format!("{}-{}", account.client.code, self.counts[client]),
            kind,
            with_documents: showcase == Some(Showcase::Discussed)
                || dice.chance((WITH_DOCUMENTS / self.order.items as f64).min(0.05)),
            showcase,
        };
        Life::live(&organisation, plan, self.order.pace(), self.order.now, dice)
    }
}

impl Iterator for Items {
    type Item = Lived;

    fn next(&mut self) -> Option<Lived> {
        loop {
            if let Some((at, client)) = self.arrivals.pop_front() {
                if let Some(lived) = self.live(at, client) {
                    return Some(lived);
                }
                continue;
            }
            let (day, count) = self.days.pop_front()?;
            self.begin_day(day, count);
        }
    }
}

/// Which items are those that the suggested account has in its queue for sure: the first ones of two days, one more
/// than a week ago and one this week.
fn showcases(rhythm: &Rhythm) -> HashMap<u64, Showcase> {
    let Some((today, _)) = rhythm.days.last() else { return HashMap::new() };
    let before = |day: i64| -> u64 {
        rhythm.days.iter().filter(|(each, _)| *each < day).map(|(_, count)| *count as u64).sum()
    };
    let from = |first: i64, end: i64, wanted: [Showcase; 3]| (before(first)..before(end)).zip(wanted);
    from(today - 9, today - 6, Showcase::OLD).chain(from(today - 5, today - 2, Showcase::NEW)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn larger_samples_have_longer_histories_and_quicker_people() {
        let of = |items| Order { seed: 7, items, now: Timestamp(1_750_000_000_000) };
        for items in [1, 2_000, 10_000] {
            assert_eq!((of(items).days(), of(items).pace()), (182, 1.0));
        }
        let million = of(1_000_000);
        assert_eq!(million.days(), 1_820);
        // An item is open for as long as things take: so many days in flight, of all days there are.
        let open = |order: Order| order.items as f64 * order.pace() / order.days() as f64;
        let more = open(million) / open(of(10_000));
        assert!((3.0..5.0).contains(&more), "{more} times the open work with a hundred times the items");
    }
}
