//! Algorithms, and the formats beside packed.

use relying_party::{
    Aaguid,
    test_authenticator::{RegistrationParts, TestAlgorithm, TestKey},
};

use super::{
    NOT_ASKED,
    packed::{break_signature, reorder},
};
use crate::fido::{
    case::{Case, intact, registration},
    model::{self, self_attesting, unattested},
};

pub(super) fn algorithms() -> Vec<Case> {
    const SUITE: &str = "Attestation-Resp-4";
    const NOT_OFFERED: &str =
        "EdDSA, ES256 and RS256 are offered by default: every authenticator has one of them";
    use TestAlgorithm as Is;
    let offered = |number, what, algorithm| {
        registration(SUITE, number, what, intact, intact).model(self_attesting(algorithm))
    };
    let more = |number, what, algorithm| offered(number, what, algorithm).by_default(NOT_OFFERED);
    vec![
        more("P-1", "self attestation with ES256K, where the tool sends nothing", Is::Es256K),
        more("P-2", "self attestation with PS256", Is::Ps256),
        more("P-3", "self attestation with PS384", Is::Ps384),
        more("P-4", "self attestation with PS512", Is::Ps512),
        offered("P-5", "self attestation with RS256", Is::Rs256),
        more("P-6", "self attestation with RS384", Is::Rs384),
        more("P-7", "self attestation with RS512", Is::Rs512),
        offered("P-8", "self attestation with ES256, under the name of RS1", Is::Es256),
        offered("P-9", "self attestation with ES256", Is::Es256),
        more("P-10", "self attestation with ES384", Is::Es384),
        more("P-11", "self attestation with ES512", Is::Es512),
        offered("P-12", "self attestation with EdDSA", Is::EdDsa),
    ]
}

pub(super) fn none() -> Vec<Case> {
    const SUITE: &str = "Attestation-Resp-7";
    let case = |number, what, tamper: fn(&mut RegistrationParts)| {
        registration(SUITE, number, what, tamper, intact).attestation("none")
    };
    vec![
        case("P-1", "no statement, as was asked", intact).model(unattested()),
        case("P-2", "self attestation, which was not asked for", intact),
        case("F-1", "a packed statement under the name of `none`", |parts| {
            parts.fmt = Some("none".into());
        })
        .rejected("attestation_statement"),
    ]
}

pub(super) fn u2f() -> Vec<Case> {
    const SUITE: &str = "Attestation-Resp-8";
    let case = |number, what, tamper: fn(&mut RegistrationParts)| {
        registration(SUITE, number, what, tamper, intact).model(model::u2f())
    };
    vec![
        case("P-1", "a U2F key", intact),
        case("F-1", "a U2F key with an AAGUID", |parts| {
            parts.authenticator_data.attested.as_mut().unwrap().aaguid = Aaguid::new([7; 16]);
        })
        .rejected("attestation_statement")
        .by_default(NOT_ASKED),
        registration(
            SUITE,
            "F-2",
            "a bit of a U2F key's `sig` is flipped",
            intact,
            break_signature,
        )
        .model(model::u2f())
        .rejected("attestation_statement")
        .by_default(NOT_ASKED),
    ]
}

pub(super) fn tpm() -> Vec<Case> {
    const SUITE: &str = "Attestation-Resp-9";
    let valid = |number, what, algorithm, rs1| {
        registration(SUITE, number, what, intact, intact).model(model::tpm(algorithm, rs1))
    };
    let refused = |case: Case| {
        case.model(model::tpm(TestAlgorithm::Rs256, false))
            .rejected("attestation_statement")
            .by_default(NOT_ASKED)
    };
    let tampered = |number, what, tamper: fn(&mut RegistrationParts)| {
        refused(registration(SUITE, number, what, tamper, intact))
    };
    vec![
        valid("P-1", "a TPM that signs with RS256", TestAlgorithm::Rs256, false),
        valid("P-2", "a TPM that signs with RS1", TestAlgorithm::Rs256, true),
        valid("P-4", "a TPM that signs with ES256", TestAlgorithm::Es256, false),
        refused(registration(SUITE, "F-1", "the TPM's certificate comes last", intact, |signed| {
            reorder(signed, <[_]>::reverse);
        })),
        tampered("F-2", "`extraData` is a hash of something else", |parts| {
            parts.tamper_statement(|it| it.tpm_parts().unwrap().cert_info.extra_data = vec![7; 32]);
        }),
        tampered("F-3", "`magic` is zero", |parts| {
            parts.tamper_statement(|it| it.tpm_parts().unwrap().cert_info.magic = 0);
        }),
        tampered("F-4", "`pubArea` has another modulus", |parts| {
            parts.tamper_statement(|it| {
                let modulus = &mut it.tpm_parts().unwrap().pub_area.unique[0];
                modulus[0] ^= 1;
            });
        }),
    ]
}

pub(super) fn android() -> Vec<Case> {
    const SUITE: &str = "Attestation-Resp-A";
    let tampered = |number, what, tamper: fn(&mut RegistrationParts)| {
        registration(SUITE, number, what, tamper, intact)
            .model(model::android())
            .rejected("attestation_statement")
            .by_default(NOT_ASKED)
    };
    vec![
        registration(SUITE, "P-1", "an Android phone", intact, intact).model(model::android()),
        tampered("F-1", "the description of the key holds another challenge", |parts| {
            parts.tamper_statement(|it| it.key_description().unwrap().challenge = vec![7; 32]);
        }),
        tampered("F-2", "the leaf is of another key", |parts| {
            parts.tamper_statement(|it| {
                let other = TestKey::from_seed(TestAlgorithm::Es256, "a stranger").unwrap();
                it.certificate.public_key = other.spki().unwrap();
            });
        }),
        registration(SUITE, "F-3", "the leaf comes last", intact, |signed| {
            reorder(signed, <[_]>::reverse);
        })
        .model(model::android())
        .rejected("attestation_statement")
        .by_default(NOT_ASKED),
    ]
}
