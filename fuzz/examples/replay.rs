//! Runs the seeds of every target, or of those that are named, and says how long each took.

use std::{fs, path::Path, time::Instant};

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let named = std::env::args().skip(1).collect::<Vec<_>>();
    for (target, run) in relying_party_fuzz::TARGETS {
        if !named.is_empty() && !named.iter().any(|name| name == target) {
            continue;
        }
        let start = Instant::now();
        let mut count = 0;
        for entry in fs::read_dir(root.join(target))? {
            let path = entry?.path();
            let data = fs::read(&path)?;
            if std::panic::catch_unwind(|| run(&data)).is_err() {
                println!("{} fails", path.display());
            }
            count += 1;
        }
        println!("{target}: {count} seeds, {:?}", start.elapsed());
    }
    Ok(())
}
