//! Lists of errors that are reported together.

/// Defines a list of errors, at least one, and what all such lists can do.
macro_rules! error_list {
    ($(#[$doc:meta])* $list:ident of $error:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $list(::alloc::vec::Vec<$error>);

        impl $list {
            /// The caller has at least one error.
            pub(crate) const fn new(errors: ::alloc::vec::Vec<$error>) -> Self {
                Self(errors)
            }

            /// The errors.
            pub fn iter(&self) -> ::core::slice::Iter<'_, $error> {
                self.0.iter()
            }
        }

        impl<'a> IntoIterator for &'a $list {
            type Item = &'a $error;
            type IntoIter = ::core::slice::Iter<'a, $error>;

            fn into_iter(self) -> Self::IntoIter {
                self.iter()
            }
        }

        impl ::core::fmt::Display for $list {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                for (index, error) in self.0.iter().enumerate() {
                    if index > 0 {
                        f.write_str("\n")?;
                    }
                    error.fmt(f)?;
                }
                Ok(())
            }
        }

        impl ::core::error::Error for $list {}
    };
}

pub(crate) use error_list;
