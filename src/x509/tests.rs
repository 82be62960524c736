//! Certificates and paths. Each rule is tested with a certificate that breaks only that rule.

mod anchors;
mod cost;
mod crl;
mod names;
mod parsing;
mod paths;
#[cfg(feature = "test-authenticator")]
mod rsa;

use alloc::{vec, vec::Vec};

use super::{
    OwnedCertificate, PathError, PathSearch, TrustAnchor,
    test_ca::{BASIC_CONSTRAINTS, Ca, Draft, Key, NOW, common_name, extension, sequence},
};
use crate::{crypto::RustCrypto, time::Timestamp};

/// A root, an intermediate and a leaf that lead to the root unless tampered with.
struct World {
    root: Ca,
    intermediate: Ca,
    root_draft: Draft,
    intermediate_draft: Draft,
    leaf_draft: Draft,
    /// The keys that sign the intermediate's and the leaf's certificates.
    intermediate_signer: Key,
    leaf_signer: Key,
}

impl World {
    fn new() -> Self {
        let (root, intermediate) = (Ca::new("root"), Ca::new("intermediate"));
        Self {
            root_draft: root.draft_by(&root),
            intermediate_draft: intermediate.draft_by(&root),
            leaf_draft: leaf_by(&intermediate),
            intermediate_signer: root.key.clone(),
            leaf_signer: intermediate.key.clone(),
            root,
            intermediate,
        }
    }

    fn tampered(tamper: impl FnOnce(&mut Self)) -> Self {
        let mut world = Self::new();
        tamper(&mut world);
        world
    }

    fn root(&self) -> Vec<u8> {
        self.root_draft.sign(&self.root.key)
    }

    fn chain(&self) -> Vec<Vec<u8>> {
        vec![
            self.leaf_draft.sign(&self.leaf_signer),
            self.intermediate_draft.sign(&self.intermediate_signer),
        ]
    }

    /// Searches a path for the chain, with the root as the anchor.
    fn judge(&self) -> Result<usize, PathError> {
        find(&self.chain(), &[self.root()])
    }
}

/// A leaf that says it is not a CA.
fn leaf_by(issuer: &Ca) -> Draft {
    let mut draft = Draft::new(common_name("leaf"), &Key::p256("leaf"), issuer.name.clone());
    draft.extensions = vec![extension(BASIC_CONSTRAINTS, true, &sequence(&[]))];
    draft
}

/// Returns the number of intermediates on the path to one of these anchors.
fn find(chain: &[Vec<u8>], anchors: &[Vec<u8>]) -> Result<usize, PathError> {
    find_with(chain, anchors, |search| search)
}

fn find_with(
    chain: &[Vec<u8>],
    anchors: &[Vec<u8>],
    with: impl for<'p> FnOnce(PathSearch<'p>) -> PathSearch<'p>,
) -> Result<usize, PathError> {
    find_at(NOW, chain, anchors, with)
}

fn find_at(
    now: u64,
    chain: &[Vec<u8>],
    anchors: &[Vec<u8>],
    with: impl for<'p> FnOnce(PathSearch<'p>) -> PathSearch<'p>,
) -> Result<usize, PathError> {
    let anchors = anchors.iter().map(|der| TrustAnchor::from_der(der).unwrap()).collect::<Vec<_>>();
    let chain = PathSearch::read_chain(chain.iter().map(Vec::as_slice))?;
    let now = Timestamp::from_unix_millis(now);
    let search = with(PathSearch::new(&anchors, now, &RustCrypto));
    Ok(search.find(&chain)?.intermediates().len())
}
