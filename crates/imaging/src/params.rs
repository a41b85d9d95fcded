//! Parameters as data: each operation says beside its code what it goes by, with the value that is best as far as is known.

/// A `Params` with a default for every field, so that what was written down by an older version still reads.
macro_rules! params {
    ($($(#[$doc:meta])* $name:ident: $kind:ty = $value:expr,)*) => {
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct Params {
            $($(#[$doc])* pub $name: $kind,)*
        }

        impl Default for Params {
            fn default() -> Self {
                Self { $($name: $value,)* }
            }
        }
    };
}

pub(crate) use params;
