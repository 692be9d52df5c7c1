//! Has the program built anew when the pages that it carries were built: the compiler itself only
//! notices changes of files that were there before.

fn main() {
    let pages = "../addon/dist/console";
    // cargo asks again at every build while the folder is missing. Where it can not be made, that
    // is the only harm.
    let _ = std::fs::create_dir_all(pages);
    println!("cargo::rerun-if-changed={pages}");
}
