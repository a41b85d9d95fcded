pub fn run(_: &[String]) -> crate::run::Result {
    Ok(())
}
