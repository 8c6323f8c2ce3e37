//! `postern-simulator`: runs seeds and says what they found.

use clap::Parser;
use postern_simulator::{Plan, Template, run};

#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    #[arg(long, default_value_t = 1)]
    from: u64,
    #[arg(long)]
    trace: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let template = Template::make().await?;
        let begun = std::time::Instant::now();
        for seed in arguments.from..arguments.from + arguments.seeds {
            let outcome = run::play(&template, &Plan::of(seed), None, arguments.trace).await?;
            for line in &outcome.lines {
                println!("{line}");
            }
            if let Some(violation) = outcome.violation {
                println!("seed {seed}: {violation}");
            }
        }
        println!("{:?} per seed", begun.elapsed() / u32::try_from(arguments.seeds)?);
        Ok(())
    })
}
