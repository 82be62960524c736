//! Compares the verdicts of `relying-party` with those of other relying parties, on ceremonies that the test
//! authenticator makes: honest ones, and ones that are tampered with in one thing.
//!
//! ```text
//! verdicts COUNT DRIVER…    at least so many ceremonies; each driver is a command that speaks the protocol of `driver.rs`
//! ```
//!
//! `webauthn_rp` always takes part: it is linked into this program.
//!
//! `disagreements.tsv` has every kind of disagreement with its class and its reason. One that is not there fails, and
//! in a run of at least 50,000 ceremonies so does one that no longer occurs. `UPDATE_DISAGREEMENTS=1` writes the table
//! anew, and keeps the reasons.

mod assertion;
mod ceremony;
mod certified;
mod client_data;
mod driver;
mod ours;
mod peer;
mod registration;
mod table;
mod webauthn_rp;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    process::ExitCode,
    thread,
};

use ceremony::{Ceremony, Device, HONEST};
use driver::Driver;
use peer::{Peer, Verdict};
use table::{Disagreement, Table};
use webauthn_rp::WebauthnRp;

/// How many ceremonies are on their way to the drivers at once: their answers fit into a pipe.
const BATCH: usize = 128;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let wanted = arguments.next().and_then(|count| count.parse().ok());
    let Some(wanted) = wanted else {
        eprintln!("usage: verdicts COUNT DRIVER…");
        return ExitCode::FAILURE;
    };
    let mut peers: Vec<Box<dyn Peer>> = vec![Box::new(WebauthnRp::new())];
    peers.extend(arguments.map(|command| Box::new(Driver::start(&command)) as Box<dyn Peer>));
    let mut table = Table::read();
    let (mut count, mut accepted, mut seed) = (0_usize, 0_usize, 0_u64);
    let mut found = BTreeMap::<Disagreement, usize>::new();
    let mut without_verdict = vec![0_usize; peers.len()];
    while count < wanted {
        let ceremonies = ceremonies(seed);
        for batch in ceremonies.chunks(BATCH) {
            let (ours, theirs) = judge(batch, &mut peers);
            count += batch.len();
            accepted += ours.iter().filter(|verdict| verdict.is_ok()).count();
            for ((peer, theirs), without_verdict) in
                peers.iter().zip(theirs).zip(&mut without_verdict)
            {
                *without_verdict += compare(batch, &ours, peer.name(), theirs, &table, &mut found);
            }
        }
        seed += 1;
    }
    for disagreement in found.keys() {
        table.see(disagreement);
    }
    let disagreements = found.values().sum::<usize>();
    let names = peers.iter().map(|peer| peer.name()).collect::<Vec<_>>();
    let kinds = found.keys().map(Disagreement::key).collect::<BTreeSet<_>>();
    println!(
        "{count} ceremonies, {accepted} of them accepted here; {} peers; {disagreements} disagreements of {} kinds",
        peers.len(),
        kinds.len(),
    );
    for (name, without_verdict) in names.iter().zip(without_verdict) {
        let with = found.iter().filter(|(found, _)| found.peer == *name);
        let disagreements = with.map(|(_, times)| times).sum::<usize>();
        println!(
            "{name}: {disagreements} disagreements; no verdict on {without_verdict} ceremonies"
        );
    }
    table.finish(&names, count)
}

/// The ceremonies of every device of a seed.
fn ceremonies(seed: u64) -> Vec<Ceremony> {
    thread::scope(|scope| {
        let devices = Device::all(seed).into_iter();
        let running = devices.map(|device| scope.spawn(move || device.ceremonies(seed)));
        let running = running.collect::<Vec<_>>();
        running.into_iter().flat_map(|device| device.join().unwrap()).collect()
    })
}

/// Our verdicts, and those of each peer.
fn judge(
    batch: &[Ceremony],
    peers: &mut [Box<dyn Peer>],
) -> (Vec<Result<(), String>>, Vec<Vec<Verdict>>) {
    thread::scope(|scope| {
        let running = peers.iter_mut().map(|peer| scope.spawn(|| peer.judge(batch)));
        let running = running.collect::<Vec<_>>();
        let ours = batch.iter().map(ours::judge).collect();
        (ours, running.into_iter().map(|peer| peer.join().unwrap()).collect())
    })
}

/// Returns on how many ceremonies the peer has no verdict.
fn compare(
    batch: &[Ceremony],
    ours: &[Result<(), String>],
    peer: &str,
    theirs: Vec<Verdict>,
    table: &Table,
    found: &mut BTreeMap<Disagreement, usize>,
) -> usize {
    let mut without_verdict = 0;
    for ((ceremony, ours), theirs) in batch.iter().zip(ours).zip(theirs) {
        let Some(theirs) = theirs else {
            without_verdict += 1;
            continue;
        };
        assert!(
            ceremony.tampering != HONEST || (ours.is_ok() && theirs.is_ok()),
            "{} with {}: {ours:?} here, {theirs:?} by {}",
            ceremony.kind(),
            ceremony.subject,
            peer,
        );
        if ours.is_ok() == theirs.is_ok() {
            continue;
        }
        let disagreement = Disagreement {
            kind: ceremony.kind(),
            tampering: ceremony.tampering,
            subject: ceremony.subject,
            peer: peer.to_owned(),
            ours: ours.clone().err().unwrap_or_else(|| "accepted".into()),
        };
        if !found.contains_key(&disagreement) && !table.explains(&disagreement) {
            let theirs = theirs.err().unwrap_or_else(|| "accepted".into());
            eprintln!("{disagreement}: {theirs:.100}");
        }
        *found.entry(disagreement).or_default() += 1;
    }
    without_verdict
}
