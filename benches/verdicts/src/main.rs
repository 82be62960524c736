//! Compares the verdicts of `relying-party` with those of other relying parties, on ceremonies that the test
//! authenticator makes: honest ones, and ones that are tampered with in one thing.
//!
//! ```text
//! verdicts COUNT DRIVER…    at least so many ceremonies; each driver is a command that speaks the protocol of `driver.rs`
//! ```
//!
//! `disagreements.tsv` has every kind of disagreement with its class and its reason. One that is not there fails, and
//! so does one that no longer occurs. `UPDATE_DISAGREEMENTS=1` writes the table anew, and keeps the reasons.

mod assertion;
mod ceremony;
mod client_data;
mod driver;
mod ours;
mod registration;
mod table;

use std::{collections::BTreeMap, env, process::ExitCode};

use ceremony::{Ceremony, Device};
use driver::Driver;
use table::{Disagreement, Table};

/// How many ceremonies are on their way to the drivers at once: their answers fit into a pipe.
const BATCH: usize = 128;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let wanted = arguments.next().and_then(|count| count.parse().ok());
    let Some(wanted) = wanted else {
        eprintln!("usage: verdicts COUNT DRIVER…");
        return ExitCode::FAILURE;
    };
    let mut drivers = arguments.map(|command| Driver::start(&command)).collect::<Vec<_>>();
    let mut table = Table::read();
    let (mut count, mut accepted, mut seed) = (0_usize, 0_usize, 0_u64);
    let mut found = BTreeMap::<Disagreement, usize>::new();
    while count < wanted {
        let ceremonies = Device::all(seed).into_iter().flat_map(|device| device.ceremonies(seed));
        let ceremonies = ceremonies.collect::<Vec<_>>();
        for batch in ceremonies.chunks(BATCH) {
            let ours = batch.iter().map(ours::judge).collect::<Vec<_>>();
            count += batch.len();
            accepted += ours.iter().filter(|verdict| verdict.is_ok()).count();
            for driver in &mut drivers {
                compare(batch, &ours, driver, &mut found);
            }
        }
        seed += 1;
    }
    for (disagreement, times) in &found {
        table.see(disagreement, *times);
    }
    let disagreements = found.values().sum::<usize>();
    let peers = drivers.iter().map(|driver| driver.name.as_str()).collect::<Vec<_>>();
    println!(
        "{count} ceremonies, {accepted} of them accepted here; {} peers ({}); {disagreements} disagreements of {} kinds",
        peers.len(),
        peers.join(", "),
        found.len(),
    );
    table.finish(&peers)
}

fn compare(
    batch: &[Ceremony],
    ours: &[Result<(), String>],
    driver: &mut Driver,
    found: &mut BTreeMap<Disagreement, usize>,
) {
    let theirs = driver.judge(batch);
    for ((ceremony, ours), theirs) in batch.iter().zip(ours).zip(theirs) {
        // What a peer cannot do, such as an algorithm, is no verdict.
        let Some(theirs) = theirs else { continue };
        if ours.is_ok() == theirs.is_ok() {
            continue;
        }
        let disagreement = Disagreement {
            kind: ceremony.kind(),
            tampering: ceremony.tampering,
            subject: ceremony.subject,
            peer: driver.name.clone(),
            ours: ours.clone().err().unwrap_or_else(|| "accepted".into()),
        };
        if !found.contains_key(&disagreement) {
            let theirs = theirs.err().unwrap_or_else(|| "accepted".into());
            eprintln!("{disagreement}: {theirs}");
        }
        *found.entry(disagreement).or_default() += 1;
    }
}
