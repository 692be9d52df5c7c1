//! `cargo xtask sizes`: how large the modules for the browser are, kept in a committed file, so
//! that growth is a diff that somebody reads; and the step that fails when the file is stale.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use crate::Chores;
use crate::prerequisites::TOOLS;
use crate::progress::{Step, note};
use crate::wasm::{BINARY, MODULES, WASM, compressed};

/// The steps of `cargo xtask sizes`.
pub(crate) const REFRESH: [Step; 3] = [
    TOOLS,
    WASM,
    Step {
        name: "wasm-sizes",
        needs: &["wasm"],
        run: |chores| {
            let table = table(&measure(chores)?);
            note(table.trim_end());
            std::fs::write(chores.workspace.wasm_sizes(), table)
                .context("the sizes can not be written")
        },
    },
];

/// Fails when a module is not as large as the file says.
pub(crate) const UP_TO_DATE: Step = Step {
    name: "wasm-sizes",
    needs: &["wasm"],
    run: |chores| {
        let file = chores.workspace.wasm_sizes();
        let committed = std::fs::read_to_string(&file)
            .with_context(|| format!("{} can not be read", file.display()))?;
        compare(&measure(chores)?, &read(&committed)?)
    },
};

/// How far a size may be from the committed one, in percent: compilers differ a little.
const TOLERANCE: u64 = 2;

const HEADER: &str = "module         bytes  gzipped";

/// One line of the file.
#[derive(Debug, PartialEq, Eq)]
struct Size {
    module: String,
    bytes: u64,
    gzipped: u64,
}

fn measure(chores: &Chores) -> Result<Vec<Size>> {
    let sizes = MODULES.iter().map(|module| {
        let file = chores.workspace.wasm_module(module.name).join(BINARY);
        size_of(module.name, &file)
    });
    sizes.collect()
}

fn size_of(module: &str, file: &Path) -> Result<Size> {
    let bytes = std::fs::read(file).with_context(|| format!("{} is missing", file.display()))?;
    Ok(Size {
        module: module.to_owned(),
        bytes: bytes.len().try_into()?,
        gzipped: compressed(&bytes)?.len().try_into()?,
    })
}

fn table(sizes: &[Size]) -> String {
    let mut table = format!("{HEADER}\n");
    for size in sizes {
        let _ = writeln!(
            table,
            "{:<12}{:>8}{:>9}",
            size.module, size.bytes, size.gzipped
        );
    }
    table
}

fn read(table: &str) -> Result<Vec<Size>> {
    let lines = table.lines().skip(1).map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let [module, bytes, gzipped] = words[..] else {
            bail!("not a module with its two sizes: {line}");
        };
        Ok(Size {
            module: module.to_owned(),
            bytes: bytes.parse()?,
            gzipped: gzipped.parse()?,
        })
    });
    lines.collect()
}

fn compare(measured: &[Size], committed: &[Size]) -> Result<()> {
    let names =
        |sizes: &[Size]| -> Vec<String> { sizes.iter().map(|size| size.module.clone()).collect() };
    ensure!(
        names(measured) == names(committed),
        "other modules are committed than are made: cargo xtask sizes"
    );
    for (now, then) in measured.iter().zip(committed) {
        let is_close = |now: u64, then: u64| now.abs_diff(then) * 100 <= then * TOLERANCE;
        ensure!(
            is_close(now.bytes, then.bytes) && is_close(now.gzipped, then.gzipped),
            "{} has {} bytes, {} gzipped, and {} and {} are committed: cargo xtask sizes",
            now.module,
            now.bytes,
            now.gzipped,
            then.bytes,
            then.gzipped
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn analyzer(bytes: u64, gzipped: u64) -> Vec<Size> {
        let module = "analyzer".to_owned();
        vec![Size {
            module,
            bytes,
            gzipped,
        }]
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let sizes = analyzer(400_000, 150_000);
        assert_eq!(read(&table(&sizes)).unwrap(), sizes);
    }

    #[test]
    fn a_small_difference_passes() {
        compare(&analyzer(402_000, 149_000), &analyzer(400_000, 150_000)).unwrap();
    }

    #[test]
    fn growth_is_refused_with_both_sizes() {
        let error = compare(&analyzer(400_000, 154_000), &analyzer(400_000, 150_000)).unwrap_err();
        assert!(error.to_string().contains("154000"), "{error}");
        assert!(error.to_string().contains("150000"), "{error}");
    }

    #[test]
    fn a_module_without_a_committed_size_is_refused() {
        assert!(compare(&analyzer(1, 1), &[]).is_err());
    }
}
