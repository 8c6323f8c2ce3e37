//! One run: a schedule, then healing, then the checks.

use crate::checks;
use crate::mutation::Mutation;
use crate::plan::Plan;
use crate::template::Template;
use crate::violation::Violation;
use crate::world::World;

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub violation: Option<Violation>,
    /// The same for the same plan, always.
    pub trace: u64,
    /// Empty unless they were asked for.
    pub lines: Vec<String>,
    /// Commands that were given on consoles.
    pub commands: u64,
}

/// Plays a plan.
///
/// # Errors
/// When the simulator itself cannot work; a broken promise is an outcome.
pub async fn play(
    template: &Template,
    plan: &Plan,
    mutation: Option<Mutation>,
    keep_lines: bool,
) -> anyhow::Result<Outcome> {
    let mut world = World::new(template, plan, mutation, keep_lines).await?;
    let violation = match through(&mut world, plan).await {
        Ok(()) => None,
        Err(error) => Some(error.downcast::<Violation>()?),
    };
    if let Some(violation) = &violation {
        world.say(format_args!("BROKEN {violation}"));
    }
    Ok(Outcome {
        violation,
        trace: world.trace.hash(),
        commands: world.known.len() as u64,
        lines: world.trace.into_lines(),
    })
}

async fn through(world: &mut World, plan: &Plan) -> anyhow::Result<()> {
    for step in &plan.steps {
        world.step(step).await?;
    }
    world.heal().await?;
    checks::at_rest(world).await
}
