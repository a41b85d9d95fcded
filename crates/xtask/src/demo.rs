pub fn run() -> crate::run::Result {
    Ok(())
}
