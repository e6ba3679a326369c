//! How to publish an integration without this service (B12).

/// How the package of an integration is published in Service Center of the environment at `host`, step by step. The
/// names of Service Center's pages are those of Platform Server 11.
///
/// ```
/// let steps = ib_domain::integration::by_hand("dev.acme.example", "Orders.oap");
/// assert!(steps[1].contains("https://dev.acme.example/ServiceCenter"));
/// ```
pub fn by_hand(host: &str, file: &str) -> Vec<String> {
    vec![
        format!("Download {file}."),
        format!("Open https://{host}/ServiceCenter and log in with an IT user who may publish there."),
        format!("Under Factory, Solutions, upload {file} and go on to its publication."),
        "Choose the database catalog of each module that Service Center asks about, then publish.".to_owned(),
        "Wait until Service Center says that the publication has ended, and read its warnings and errors."
            .to_owned(),
        "Come back and mark the integration as published: its modules are looked for then.".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_name_file_and_environment() {
        let steps = by_hand("dev.acme.example", "Orders.oap");
        assert!(steps[0].contains("Orders.oap") && steps[2].contains("Orders.oap"), "{steps:?}");
        assert!(steps[1].contains("https://dev.acme.example/ServiceCenter"), "{steps:?}");
        assert!(steps.last().unwrap().contains("mark the integration as published"), "{steps:?}");
    }
}
