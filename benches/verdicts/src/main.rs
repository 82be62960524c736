//! Compares the verdicts of `relying-party` with those of other relying parties, on ceremonies that the test
//! authenticator makes: honest ones, and ones that are tampered with in one thing.
//!
//! ```text
//! verdicts COUNT DRIVER…    at least so many ceremonies; each driver is a command that speaks the protocol of `driver.rs`
//! ```
//!
//! `webauthn_rp` always takes part: it is linked into this program.
//!
//! With `ONLY=TEXT`, the program prints every single disagreement on tamperings whose name contains the text, with the
//! flipped bit if there is one, and does not read the table.
//!
//! `disagreements.tsv` has every kind of disagreement with its class and its reason. One that is not there fails, and
//! in a run of at least 50,000 ceremonies so does one that no longer occurs. `UPDATE_DISAGREEMENTS=1` writes the table
//! anew, and keeps the reasons.

mod assertion;
mod ceremony;
mod certified;
mod client_data;
mod driver;
mod flip;
mod ours;
mod peer;
mod pieces;
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
use table::{COMPLETE, Disagreement, Table};
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
    let only = env::var("ONLY").ok();
    let table = only.is_none().then(Table::read);
    let (mut count, mut accepted, mut seed) = (0_usize, 0_usize, 0_u64);
    let mut found = BTreeMap::<Disagreement, usize>::new();
    let mut without_verdict = vec![0_usize; peers.len()];
    let mut tamperings = BTreeSet::new();
    while count < wanted || (wanted >= COMPLETE && seed < flip::SEEDS) {
        let ceremonies = ceremonies(seed, only.as_deref().unwrap_or_default());
        for batch in ceremonies.chunks(BATCH) {
            let (ours, theirs) = judge(batch, &mut peers);
            count += batch.len();
            tamperings.extend(batch.iter().map(|it| (it.kind(), it.tampering)));
            accepted += ours.iter().filter(|verdict| verdict.is_ok()).count();
            for ((peer, theirs), without_verdict) in
                peers.iter().zip(theirs).zip(&mut without_verdict)
            {
                let name = peer.name();
                *without_verdict += compare(batch, &ours, name, theirs, table.as_ref(), &mut found);
            }
        }
        seed += 1;
    }
    let Some(mut table) = table else { return ExitCode::SUCCESS };
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
    for kind in ["registration", "sign-in"] {
        let ways = tamperings.iter().filter(|it| it.0 == kind && it.1 != HONEST).count();
        println!("{ways} ways of tampering with a {kind}");
    }
    for (name, without_verdict) in names.iter().zip(without_verdict) {
        let with = found.iter().filter(|(found, _)| found.peer == *name);
        let disagreements = with.map(|(_, times)| times).sum::<usize>();
        println!(
            "{name}: {disagreements} disagreements; no verdict on {without_verdict} ceremonies"
        );
    }
    table.finish(&names, count)
}

/// The ceremonies of every device of a seed: see [`Device::ceremonies`].
fn ceremonies(seed: u64, only: &str) -> Vec<Ceremony> {
    thread::scope(|scope| {
        let devices = Device::all(seed).into_iter();
        let running = devices.map(|device| scope.spawn(move || device.ceremonies(seed, only)));
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

/// Returns on how many ceremonies the peer has no verdict. Prints what the table does not explain.
fn compare(
    batch: &[Ceremony],
    ours: &[Result<(), String>],
    peer: &str,
    theirs: Vec<Verdict>,
    table: Option<&Table>,
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
        let is_known =
            |table: &Table| found.contains_key(&disagreement) || table.explains(&disagreement);
        if !table.is_some_and(is_known) {
            let theirs = theirs.err().unwrap_or_else(|| "accepted".into());
            let flipped = ceremony.flipped.map(|it| format!(" (byte {}, bit {})", it.byte, it.bit));
            eprintln!("{disagreement}{}: {theirs:.100}", flipped.unwrap_or_default());
        }
        *found.entry(disagreement).or_default() += 1;
    }
    without_verdict
}
