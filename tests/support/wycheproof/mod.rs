//! Runs Wycheproof's sets for any verifier.

mod sets;

use std::collections::BTreeSet;

use relying_party::{
    Algorithm, CoseKey, KeyParameters,
    crypto::{HashFunction, SignatureError, SignatureVerifier},
};
use wycheproof::TestResult;

/// Tests of one set where the verdicts of a verifier and Wycheproof differ.
pub(crate) struct Disagreement {
    pub(crate) set: &'static str,
    /// The numbers of the tests, `tcId`.
    pub(crate) tests: &'static [usize],
    /// The verifier's verdict.
    pub(crate) accepts: bool,
    pub(crate) reason: &'static str,
}

/// How the tests of a set are verified.
#[derive(Clone, Copy)]
pub(crate) enum Judge {
    /// By an algorithm, like a credential's signatures.
    Algorithm(Algorithm),
    /// By the algorithm's curve and a separate hash function, like certificates' signatures.
    EcdsaWithHash(Algorithm, HashFunction),
}

impl Judge {
    fn algorithm(self) -> Algorithm {
        match self {
            Self::Algorithm(algorithm) | Self::EcdsaWithHash(algorithm, _) => algorithm,
        }
    }

    fn verify(
        self,
        verifier: &dyn SignatureVerifier,
        key: &KeyParameters<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        match self {
            Self::Algorithm(algorithm) => {
                verifier.verify(&CoseKey { algorithm, parameters: *key }, message, signature)
            }
            Self::EcdsaWithHash(_, hash) => {
                verifier.verify_ecdsa_with_hash(key, hash, message, signature)
            }
        }
    }
}

/// How we use a set.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Meaning {
    /// Our verdicts must be the same.
    Ours,
    /// Another encoding or other parameters than ours: nothing may be accepted.
    Foreign,
}

/// A test of any set.
struct Test<'a> {
    id: usize,
    key: KeyParameters<'a>,
    message: &'a [u8],
    signature: &'a [u8],
    result: TestResult,
}

/// The verdicts on a set.
struct Verdicts<'a> {
    set: &'static str,
    judge: Judge,
    meaning: Meaning,
    verifier: &'a dyn SignatureVerifier,
    accepted: usize,
    refused: usize,
    unsupported: usize,
    disagreements: BTreeSet<(usize, bool)>,
}

impl Verdicts<'_> {
    fn judge(&mut self, test: &Test<'_>) {
        let verdict = self.judge.verify(self.verifier, &test.key, test.message, test.signature);
        if verdict == Err(SignatureError::UnsupportedAlgorithm) {
            // A supported curve with an unsupported hash function.
            assert!(matches!(self.judge, Judge::EcdsaWithHash(..)), "{}", self.set);
            self.unsupported += 1;
            return;
        }
        let accepted = verdict.is_ok();
        *(if accepted { &mut self.accepted } else { &mut self.refused }) += 1;
        // Tests that Wycheproof calls acceptable are not accepted, unless listed.
        let expected = self.meaning == Meaning::Ours && test.result == TestResult::Valid;
        if accepted != expected {
            self.disagreements.insert((test.id, accepted));
        }
    }
}

/// Runs every set that the verifier supports, and requires disagreements exactly where they are listed.
pub(crate) fn run(
    verifier: &dyn SignatureVerifier,
    kind: fn(&mut Runner<'_>),
    listed: &[Disagreement],
) {
    let mut runner = Runner { verifier, listed, known: BTreeSet::new(), failures: Vec::new() };
    kind(&mut runner);
    let Runner { known, mut failures, .. } = runner;
    let unknown = listed.iter().map(|entry| entry.set).filter(|set| !known.contains(set));
    failures.extend(unknown.map(|set| format!("{set}: listed, but the set does not exist")));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Runs sets for one verifier.
pub(crate) struct Runner<'a> {
    verifier: &'a dyn SignatureVerifier,
    listed: &'a [Disagreement],
    known: BTreeSet<&'static str>,
    failures: Vec<String>,
}

impl Runner<'_> {
    /// Runs a set, if the verifier has its algorithm.
    fn run(
        &mut self,
        set: &'static str,
        judge: Judge,
        meaning: Meaning,
        tests: impl FnOnce(&mut dyn FnMut(&Test<'_>)),
    ) {
        self.known.insert(set);
        if !self.verifier.supports(judge.algorithm()) {
            return;
        }
        let mut verdicts = Verdicts {
            set,
            judge,
            meaning,
            verifier: self.verifier,
            accepted: 0,
            refused: 0,
            unsupported: 0,
            disagreements: BTreeSet::new(),
        };
        tests(&mut |test| verdicts.judge(test));
        let Verdicts { accepted, refused, unsupported, disagreements, .. } = verdicts;
        if unsupported > 0 {
            assert_eq!(accepted + refused, 0, "{set} is only partly supported");
            return;
        }

        let entries = self.listed.iter().filter(|entry| entry.set == set);
        let mut listed = BTreeSet::new();
        for entry in entries {
            assert!(!entry.reason.is_empty());
            listed.extend(entry.tests.iter().map(|id| (*id, entry.accepts)));
        }
        println!("{set}: {accepted} accepted, {refused} refused, {} listed", listed.len());
        let unlisted: Vec<_> = disagreements.difference(&listed).collect();
        let stale: Vec<_> = listed.difference(&disagreements).collect();
        if !unlisted.is_empty() {
            self.failures.push(format!("{set}: disagreements that are not listed: {unlisted:?}"));
        }
        if !stale.is_empty() {
            self.failures.push(format!("{set}: listed, but there was no disagreement: {stale:?}"));
        }
        assert!(accepted + refused > 0, "{set} is empty");
    }
}

pub(crate) use sets::{ecdsa, eddsa, ml_dsa, rsa_pkcs1, rsa_pss};
