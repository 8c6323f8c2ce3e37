//! `postern-simulator`: plays seeds and says what they found. Usually started by `cargo xtask simulate`.

use clap::Parser;
use postern_simulator::campaign::{Campaign, Tally, alone, cores};
use postern_simulator::mutation::Mutation;
use postern_simulator::{Plan, Template, Violation, run, shrink};
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Plays the sync protocol with everything going wrong, and checks what it promises.
#[derive(Parser)]
struct Arguments {
    /// How many seeds to play
    #[arg(long, value_name = "N", default_value_t = 2000)]
    seeds: u64,
    /// The first seed
    #[arg(long, value_name = "S", default_value_t = 1)]
    from: u64,
    /// Threads, each playing worlds of its own [default: as many as there are cores]
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
    /// Put bugs into the protocol, one after the other, and see how many seeds it takes to catch each
    #[arg(long)]
    mutations: bool,
    /// Put this one bug into the protocol
    #[arg(long, value_name = "NAME", conflicts_with = "mutations")]
    mutation: Option<String>,
    /// Print everything that happens (with one seed)
    #[arg(long)]
    trace: bool,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let mutation = match &arguments.mutation {
        Some(name) => Some(
            Mutation::named(name)
                .ok_or_else(|| anyhow::anyhow!("there is no bug {name}; see --mutations"))?,
        ),
        None => None,
    };
    let template = alone(Template::make())?;
    let stop = stop_on_ctrl_c();
    let campaign = Campaign {
        from: arguments.from,
        seeds: arguments.seeds,
        workers: arguments.workers.unwrap_or_else(cores),
        mutation,
        until_broken: mutation.is_some(),
    };
    if arguments.mutations {
        return hunt(&template, &campaign, &stop);
    }
    if arguments.trace {
        return trace(&template, &campaign);
    }
    let begun = Instant::now();
    let tally = campaign.run(&template, &stop, progress(&campaign, begun))?;
    let took = begun.elapsed();
    println!(
        "\r{} seeds in {:.1} s ({:.0} ms of one core each), {} commands: {} broke a promise",
        tally.played,
        took.as_secs_f64(),
        took.as_secs_f64() * 1000.0 * campaign.workers as f64 / (tally.played.max(1)) as f64,
        tally.commands,
        tally.broken.len(),
    );
    for (seed, outcome) in &tally.broken {
        if let Some(violation) = &outcome.violation {
            println!("seed {seed}: {violation}");
        }
    }
    let Some((seed, violation)) =
        tally.broken.first().and_then(|(seed, outcome)| Some((*seed, outcome.violation.clone()?)))
    else {
        return Ok(ExitCode::SUCCESS);
    };
    explain(&template, seed, &violation, mutation)?;
    Ok(ExitCode::FAILURE)
}

/// The smallest trace that still shows the first failure, and how to see the whole one again.
fn explain(
    template: &Template,
    seed: u64,
    violation: &Violation,
    mutation: Option<Mutation>,
) -> anyhow::Result<()> {
    println!("\nMaking seed {seed} smaller …");
    let plan = Plan::of(seed);
    let smallest = alone(shrink::shrink(template, &plan, violation.check, mutation))?;
    let outcome = alone(run::play(template, &smallest, mutation, true))?;
    println!("{} of {} steps are left:", smallest.steps.len(), plan.steps.len());
    for step in &smallest.steps {
        println!("  {step:?}");
    }
    println!("What happens:");
    for line in &outcome.lines {
        println!("{line}");
    }
    let bug = mutation.map(|mutation| format!(" --mutation {}", mutation.name())).unwrap_or_default();
    println!("\nThe whole of it again: cargo xtask simulate --seeds 1 --from {seed} --trace{bug}");
    Ok(())
}

fn trace(template: &Template, campaign: &Campaign) -> anyhow::Result<ExitCode> {
    let mut all_well = true;
    for seed in campaign.from..campaign.from + campaign.seeds.min(10) {
        let outcome = alone(run::play(template, &Plan::of(seed), campaign.mutation, true))?;
        println!("seed {seed}");
        for line in &outcome.lines {
            println!("{line}");
        }
        println!("trace {:016x}", outcome.trace);
        all_well &= outcome.violation.is_none();
    }
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every bug in turn, until it is caught.
fn hunt(template: &Template, campaign: &Campaign, stop: &AtomicBool) -> anyhow::Result<ExitCode> {
    println!("{:<26} {:>6}  {:<26} what it is", "bug", "seeds", "caught by");
    let mut missed = 0;
    for mutation in Mutation::ALL {
        let hunt = Campaign { mutation: Some(*mutation), until_broken: true, ..*campaign };
        let tally = hunt.run(template, stop, |_tally| {})?;
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let first =
            tally.broken.first().and_then(|(seed, outcome)| Some((*seed, outcome.violation.clone()?)));
        let (seeds, check) = match first {
            Some((seed, violation)) => ((seed - campaign.from + 1).to_string(), violation.check.name()),
            None => {
                missed += 1;
                (format!(">{}", tally.played), "NOT CAUGHT")
            }
        };
        println!("{:<26} {seeds:>6}  {check:<26} {}", mutation.name(), mutation.what());
    }
    println!("{} bugs, {missed} not caught within {} seeds", Mutation::ALL.len(), campaign.seeds);
    Ok(if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How far it is: kept up to date where somebody watches, a line a minute where it goes into a file.
fn progress(campaign: &Campaign, begun: Instant) -> impl Fn(&Tally) + Sync + use<> {
    let of = campaign.seeds;
    let is_watched = std::io::stderr().is_terminal();
    let (pause, before, after) = if is_watched {
        (Duration::from_millis(200), "\r", " ")
    } else {
        (Duration::from_secs(60), "", "\n")
    };
    let next = Mutex::new(begun + pause);
    move |tally| {
        let now = Instant::now();
        // Another worker is at it.
        let Ok(mut due) = next.try_lock() else { return };
        if now < *due {
            return;
        }
        *due = now + pause;
        let left = (now - begun)
            .mul_f64((of.saturating_sub(tally.played)) as f64 / tally.played.max(1) as f64)
            .as_secs();
        let (played, broken) = (tally.played, tally.broken.len());
        // A progress line that cannot be written is no loss.
        let _ = write!(
            std::io::stderr(),
            "{before}{played} of {of} seeds, {broken} broken, about {left} s left{after}"
        );
    }
}

/// Ctrl-C ends the campaign after the worlds that are being played; what they found is told.
fn stop_on_ctrl_c() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    std::thread::spawn(move || {
        let heard = alone(asked_to_stop());
        flag.store(heard.is_ok(), Ordering::SeqCst);
    });
    stop
}

#[cfg(unix)]
async fn asked_to_stop() -> anyhow::Result<()> {
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        heard = tokio::signal::ctrl_c() => heard?,
        _ = terminated.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn asked_to_stop() -> anyhow::Result<()> {
    Ok(tokio::signal::ctrl_c().await?)
}
