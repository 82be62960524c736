//! The libraries that a host can choose instead of the default backend.

use relying_party::{Algorithm, crypto::SignatureVerifier};

use crate::{Subject, bare};

/// A library, with its names in the table.
pub(crate) struct Library {
    /// Its bare check of one signature.
    pub(crate) bare: &'static str,
    /// Its bare checks of a chain.
    pub(crate) bare_chain: &'static str,
    /// A ceremony that it verifies.
    pub(crate) ours: &'static str,
    pub(crate) verifier: &'static dyn SignatureVerifier,
    /// Verifies a signature of a message.
    pub(crate) check: fn(&bare::Key, &[u8], &[u8]),
    /// Whether callgrind's processor has the instructions that it needs.
    is_countable: bool,
}

impl Library {
    /// Something that the library does.
    pub(crate) fn subject(&self, run: impl FnMut() + 'static) -> Box<dyn Subject> {
        if self.is_countable { Box::new(run) } else { Box::new(Uncountable(run)) }
    }
}

/// A subject that does not run on callgrind's processor.
struct Uncountable<F>(F);

impl<F: FnMut()> Subject for Uncountable<F> {
    fn run(&mut self) {
        self.0();
    }

    fn is_countable(&self) -> bool {
        false
    }
}

macro_rules! library {
    ($name:literal, $verifier:expr, $check:expr, countable: $countable:literal) => {
        Library {
            bare: concat!("bare signature, ", $name),
            bare_chain: concat!("bare signatures, ", $name),
            ours: concat!("relying-party, ", $name),
            verifier: &$verifier,
            check: $check,
            is_countable: $countable,
        }
    };
}

/// The libraries that run on this machine.
pub(crate) fn libraries() -> impl Iterator<Item = Library> {
    #[cfg(any(feature = "aws-lc-rs", feature = "graviola", feature = "ring"))]
    use relying_party::crypto;
    let all = [
        #[cfg(feature = "ring")]
        library!("ring", crypto::Ring, bare::Key::verify_with_ring, countable: true),
        #[cfg(feature = "aws-lc-rs")]
        library!("aws-lc-rs", crypto::AwsLcRs, bare::Key::verify_with_aws_lc_rs, countable: true),
        #[cfg(feature = "graviola")]
        library!("graviola", crypto::Graviola, bare::Key::verify_with_graviola, countable: false),
    ];
    all.into_iter().filter(|library: &Library| library.verifier.supports(Algorithm::ES256))
}
