//! `cargo xtask simulate`: builds the simulator and plays seeds.

use crate::cli::SimulateOptions;
use crate::process;
use crate::repository::Repository;
use crate::steps::Steps;

const SIMULATOR: &str = "postern-simulator";

pub fn simulate(repository: &Repository, options: &SimulateOptions) -> anyhow::Result<()> {
    let steps = Steps::start();
    steps.begin("Building the simulator (cargo build)");
    let folder = repository.build_programs(&[SIMULATOR], options.release)?;
    steps.begin("Playing seeds");
    let program = folder.join(format!("{SIMULATOR}{}", std::env::consts::EXE_SUFFIX));
    let mut simulator = process::command(program);
    simulator.arg("--seeds").arg(options.seeds.to_string()).arg("--from").arg(options.from.to_string());
    if let Some(workers) = options.workers {
        simulator.arg("--workers").arg(workers.to_string());
    }
    if options.mutations {
        simulator.arg("--mutations");
    }
    if let Some(mutation) = &options.mutation {
        simulator.arg("--mutation").arg(mutation);
    }
    if options.trace {
        simulator.arg("--trace");
    }
    process::run(&mut simulator)
}
