//! A portal comes back, and everybody with it.

use super::console::{Console, Counting, Sent};
use super::deciding::first;
use super::{hold, text};
use futures_util::StreamExt as _;
use postern_console_core::{ActOptions, Connection, Queue, Request, Target};
use postern_domain::Visibility;
use postern_journeys::{Place, Portal};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

const ITEMS: u32 = 300;
/// How long the herd is watched at rest, and then at work.
const STEADY: Duration = Duration::from_secs(60);
/// How often each person at work does something.
const EACH: Duration = Duration::from_secs(15 * 60);
/// How long the portal is away.
const AWAY: Duration = Duration::from_secs(45);
/// How long it is watched when all are back: until their event streams are open again.
const RETURN: Duration = Duration::from_secs(100);
/// A decision is known everywhere by its news, and by polling where an event stream is not open yet.
const CONVERGED: Duration = Duration::from_secs(75);

pub async fn measure(consoles: u32) {
    let place = Place::new();
    let mut portal = Portal::with_sample(&place, ITEMS);
    let staff: Vec<String> = portal
        .accounts
        .iter()
        .filter(|account| {
            account.roles.iter().any(|role| role == "team_lead" || role.starts_with("internal"))
        })
        .map(|account| account.email.clone())
        .collect();
    let network = Arc::new(Counting::new());
    let (address, began) = (portal.address(), Instant::now());
    let herd: Vec<Console> = futures_util::stream::iter(0..consoles)
        .map(|number| {
            let (network, address) = (Arc::clone(&network), address.clone());
            let email = staff[number as usize % staff.len()].clone();
            let profile = place.path(&format!("console-{number}"));
            async move {
                let console = Console::over(&profile, network).await;
                console.sign_in(&address, &email).await;
                console.engine.sync_now().await.unwrap();
                console
            }
        })
        .buffer_unordered(4)
        .collect()
        .await;
    println!("\n{consoles} consoles signed in and loaded in {}", text(began.elapsed()));
    herd.iter().for_each(|console| console.engine.start());
    // Their first round and their event streams come at once, and are not what is looked for.
    tokio::time::sleep(Duration::from_secs(20)).await;

    let steady_from = Instant::now();
    tokio::time::sleep(STEADY).await;
    let steady = rates(&network.sent(), steady_from, Instant::now());
    let working_from = Instant::now();
    work(&herd).await;
    let working = rates(&network.sent(), working_from, Instant::now());

    portal.stop();
    tokio::time::sleep(AWAY).await;
    let back = Instant::now();
    portal.start();
    let all = loop {
        let online = herd.iter().filter(|console| console.engine.status().connection == Connection::Online);
        if online.count() == herd.len() {
            break back.elapsed();
        }
        assert!(back.elapsed() < Duration::from_secs(300), "the herd does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    tokio::time::sleep(RETURN).await;
    let sent = network.sent();
    let returned = rates(&sent, back, Instant::now());
    let failed =
        sent.iter().filter(|sent| sent.at >= back && sent.status.is_some_and(|status| status >= 400)).count();
    for (what, rates) in [("at rest", &steady), ("at work, each once in 15 minutes", &working)] {
        println!("{what}: {:.1} requests a second, at most {} in one", mean(rates), peak(rates));
    }
    println!(
        "the portal was away for {}; then all were back after {}, with {:.1} requests a second and at most {} in one \
         ({:.1} × the rate at rest, {:.1} × the rate at work), {failed} of them refused",
        text(AWAY),
        text(all),
        mean(&returned),
        peak(&returned),
        peak(&returned) as f64 / mean(&steady).max(0.1),
        peak(&returned) as f64 / mean(&working).max(0.1)
    );
    hold(
        "requests a second when all come back, of the rate at rest",
        peak(&returned) as f64 / mean(&steady),
        3.0,
    );
    hold("requests that were refused to those who came back", failed as f64, 0.0);
    println!("what one of them did then, all others know after {}", text(converge(&herd).await));
    for console in &herd {
        console.engine.stop().await;
    }
}

/// One does something, and all the others ask for it.
async fn converge(herd: &[Console]) -> Duration {
    let began = Instant::now();
    let done_at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    comment(&herd[0], 0).await;
    loop {
        let statuses: Vec<_> = herd.iter().map(|console| console.engine.status()).collect();
        let problem = statuses.iter().find_map(|status| status.problem.as_ref());
        assert_eq!(problem, None, "what somebody sees in their window");
        if statuses.iter().all(|status| status.last_success.is_some_and(|at| at.ms() as u128 > done_at)) {
            return began.elapsed();
        }
        assert!(began.elapsed() < CONVERGED, "not all of the herd hear of it");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn comment(console: &Console, number: usize) {
    let rows = first(console, Queue::Open, 20).await;
    let target = Target { id: rows[number % rows.len()].id.clone(), seen: None };
    let request = Request::Comment { visibility: Visibility::Internal, body: "Seen.".to_owned() };
    console.engine.act(&[target], &request, ActOptions { hold_ms: 0 }).await.unwrap();
}

/// One after the other does something that all the others hear of.
async fn work(herd: &[Console]) {
    let began = Instant::now();
    let pause = EACH / u32::try_from(herd.len()).unwrap();
    for (number, console) in herd.iter().enumerate() {
        if began.elapsed() >= STEADY {
            return;
        }
        comment(console, number).await;
        tokio::time::sleep(pause).await;
    }
}

/// Requests that were answered, in each second.
fn rates(sent: &[Sent], from: Instant, until: Instant) -> Vec<usize> {
    let seconds = until.duration_since(from).as_secs();
    let mut rates: BTreeMap<u64, usize> = (0..seconds).map(|second| (second, 0)).collect();
    for sent in sent.iter().filter(|sent| sent.status.is_some() && sent.at >= from && sent.at < until) {
        *rates.entry(sent.at.duration_since(from).as_secs()).or_default() += 1;
    }
    rates.into_values().collect()
}

fn peak(rates: &[usize]) -> usize {
    rates.iter().copied().max().unwrap_or(0)
}

fn mean(rates: &[usize]) -> f64 {
    rates.iter().sum::<usize>() as f64 / rates.len().max(1) as f64
}
