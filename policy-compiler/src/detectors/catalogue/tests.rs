use super::*;

#[test]
fn every_format_compiles() {
    let mut bad = 0;
    for format in formats() {
        if let Err(error) = format.compile(0) {
            bad += 1;
            eprintln!("{}: {error} ({})", format.name, error.help());
        }
    }
    assert_eq!(bad, 0);
}
