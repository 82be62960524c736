//! Writes the seeds that are made, `seeds/TARGET/made-…`, anew.

use std::{fs, path::Path};

use relying_party_fuzz::seeds;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    for (target, seeds) in seeds::made() {
        let folder = root.join(target);
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("made-")) {
                fs::remove_file(path)?;
            }
        }
        for seed in seeds {
            fs::write(folder.join(seeds::name(&seed)), seed)?;
        }
    }
    Ok(())
}
