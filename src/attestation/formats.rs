//! The formats that a policy asks for.

use alloc::vec::Vec;

use super::AttestationPolicy;
#[cfg(feature = "attestation")]
use crate::passkey::AttestationLevel;

/// Those that this crate verifies with certificates, in the order of how much they prove: first the two whose attesters
/// know the AAGUID, then those that know where the key is stored, then U2F.
#[cfg(feature = "attestation")]
const BY_EVIDENCE: [&str; 6] =
    ["packed", "apple", "tpm", "android-key", "fido-u2f", "android-safetynet"];

impl AttestationPolicy {
    /// Returns the statement formats to ask the browser for, the most preferred first (§5.4 `attestationFormats`).
    ///
    /// These are the formats with certificates whose statements are verified under this policy and, where trust is
    /// required, for which there can be an anchor. Formats with [their own anchors](Self::anchors_for_format) come
    /// first, and within that those that prove more. The list is advice to the authenticator, which may send any
    /// format: the policy decides. Without the feature `attestation` it is empty.
    ///
    /// ```
    /// use relying_party::AttestationPolicy;
    /// assert!(AttestationPolicy::ignore().formats().is_empty());
    /// // Nothing can be trusted yet.
    /// assert!(AttestationPolicy::trusted().formats().is_empty());
    /// # #[cfg(feature = "attestation")]
    /// assert_eq!(
    ///     AttestationPolicy::statement().formats(),
    ///     ["packed", "apple", "tpm", "android-key", "fido-u2f"]
    /// );
    /// ```
    #[must_use]
    #[cfg(feature = "attestation")]
    pub fn formats(&self) -> Vec<&'static str> {
        let is_asked_for = |format: &&str| match self.level_for_format(format) {
            AttestationLevel::Ignored => false,
            AttestationLevel::Statement => true,
            AttestationLevel::Trusted => self.anchors.may_trust(format),
        };
        let is_verified =
            |format: &&str| *format != "android-safetynet" || self.accepts_safety_net();
        let asked = BY_EVIDENCE.into_iter().filter(is_asked_for).filter(is_verified);
        let (mut first, last): (Vec<_>, Vec<_>) =
            asked.partition(|format| self.anchors.is_for_format(format));
        first.extend(last);
        first
    }

    /// Returns the statement formats to ask the browser for: none, because without the feature `attestation` no format
    /// with certificates is verified.
    #[must_use]
    #[cfg(not(feature = "attestation"))]
    pub fn formats(&self) -> Vec<&'static str> {
        Vec::new()
    }
}

#[cfg(feature = "attestation")]
#[cfg(test)]
mod tests {
    use alloc::{sync::Arc, vec::Vec};

    use super::*;
    use crate::{
        AnchorSource, AttestationSubject, ModelCheck, ModelSubject,
        attestation::test_kit::certificate::root_certificate, bytes::Aaguid, x509::TrustAnchor,
    };

    const ALL: [&str; 5] = ["packed", "apple", "tpm", "android-key", "fido-u2f"];

    fn anchor() -> [TrustAnchor; 1] {
        [TrustAnchor::from_der(&root_certificate("Root", 1)).unwrap()]
    }

    struct Nothing;

    impl AnchorSource for Nothing {
        fn anchors(&self, _: &AttestationSubject<'_>) -> Vec<TrustAnchor> {
            Vec::new()
        }
    }

    impl ModelCheck for Nothing {
        fn check(&self, _: &ModelSubject<'_>) -> Result<(), alloc::string::String> {
            Ok(())
        }
    }

    #[test]
    fn formats_are_those_that_are_verified_and_may_be_trusted() {
        use AttestationLevel::{Ignored, Statement, Trusted};
        let trusted = AttestationPolicy::trusted;
        let table: [(AttestationPolicy, &[&str]); 14] = [
            (AttestationPolicy::ignore(), &[]),
            (AttestationPolicy::ignore().anchors(anchor()), &[]),
            (AttestationPolicy::ignore().for_format("tpm", Statement), &["tpm"]),
            (AttestationPolicy::statement(), &ALL),
            (
                AttestationPolicy::statement().for_format("tpm", Ignored),
                &["packed", "apple", "android-key", "fido-u2f"],
            ),
            (
                AttestationPolicy::statement().for_format("tpm", Trusted),
                &["packed", "apple", "android-key", "fido-u2f"],
            ),
            (trusted(), &[]),
            (trusted().anchors(anchor()), &ALL),
            (trusted().anchors_for_aaguid(Aaguid::default(), anchor()), &ALL),
            (trusted().anchor_source(Arc::new(Nothing)), &ALL),
            (trusted().anchors_for_format("apple", anchor()), &["apple"]),
            (trusted().anchors_for_format("apple", []), &[]),
            // "none" is accepted, and not preferred. No format of this name is known.
            (trusted().for_format("none", Statement).for_format("new", Statement), &[]),
            // Such a check exempts no format, and still needs anchors.
            (
                AttestationPolicy::statement()
                    .anchors_for_format("tpm", anchor())
                    .require_model(Arc::new(Nothing)),
                &["tpm"],
            ),
        ];
        for (policy, expected) in table {
            assert_eq!(policy.formats(), expected, "{policy:?}");
        }
    }

    #[test]
    fn formats_with_anchors_of_their_own_come_first() {
        let policy = AttestationPolicy::trusted()
            .anchors(anchor())
            .anchors_for_format("fido-u2f", anchor())
            .anchors_for_format("tpm", anchor());
        assert_eq!(policy.formats(), ["tpm", "fido-u2f", "packed", "apple", "android-key"]);
    }

    #[test]
    fn safety_net_is_asked_for_if_it_is_accepted() {
        let formats = AttestationPolicy::statement().android_safety_net(true).formats();
        assert_eq!(formats, [&ALL[..], &["android-safetynet"]].concat());
    }
}
