//! The one rule of direction: who may know whom in this house.

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Each crate with all the crates of the house that it may depend on.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("sohoa-model", &[]),
    ("sohoa-capture", &["sohoa-model"]),
    ("sohoa-imaging", &["sohoa-model"]),
    ("sohoa-ocr", &["sohoa-model"]),
    ("sohoa-pdf", &["sohoa-model"]),
    ("sohoa-extract", &["sohoa-model"]),
    ("sohoa-store", &["sohoa-model"]),
    ("sohoa-package", &["sohoa-model"]),
    ("sohoa-sync", &["sohoa-model"]),
    ("sohoa-archive", &["sohoa-model", "sohoa-package", "sohoa-sync"]),
    (
        "sohoa-station",
        &[
            "sohoa-model",
            "sohoa-capture",
            "sohoa-imaging",
            "sohoa-ocr",
            "sohoa-pdf",
            "sohoa-extract",
            "sohoa-store",
            "sohoa-package",
            "sohoa-sync",
            // For a folder the centre runs inside the station's process.
            "sohoa-archive",
        ],
    ),
    ("sohoa-cli", &["sohoa-model", "sohoa-station"]),
    ("sohoa-desktop", &["sohoa-model", "sohoa-station"]),
    ("sohoa-tests", &[]),
    ("xtask", &[]),
];

#[test]
fn dependencies_run_one_way() {
    let metadata = MetadataCommand::new().no_deps().other_options(["--offline".to_owned()]).exec().unwrap();
    let house: Vec<&str> = metadata.packages.iter().map(|p| p.name.as_str()).collect();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let Some((_, may)) = MAY_KNOW.iter().find(|(n, _)| *n == name) else {
            wrong.push(format!("{name} has no place in the rule; give it one"));
            continue;
        };
        // What a crate needs only to test itself is not part of the house's shape.
        for dependency in package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development) {
            let other = dependency.name.as_str();
            if house.contains(&other) && !may.contains(&other) {
                wrong.push(format!("{name} must not know {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(house.len(), MAY_KNOW.len(), "a crate of the rule is gone from the workspace");
}
