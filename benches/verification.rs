//! The cost of a verification, next to the same library's bare signature check in the same group.
//!
//! ```text
//! cargo bench --bench verification --features ring,aws-lc-rs,graviola
//! ```
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]
#![allow(clippy::indexing_slicing, reason = "the ceremonies are recorded as JSON")]
#![allow(missing_docs, unreachable_pub, reason = "a benchmark has no API")]
#![allow(dead_code, reason = "the ceremonies serve the tests and the peers too")]

use std::hint::black_box;

use criterion::{
    BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime,
};
use relying_party::{
    AttestationObject, AuthenticatorData, ClientData, CoseKey,
    crypto::RustCrypto,
    json::{AuthenticationResponse, RegistrationResponse},
};

use ceremonies::{ORIGIN, Registration, SignIn, origins};

mod bare;
mod ceremonies;
mod hostile;

const ALGORITHMS: [&str; 3] = ["ES256", "EdDSA", "RS256"];

/// From the JSON of a response and a stored passkey to the verdict.
fn sign_in(criterion: &mut Criterion) {
    for name in ALGORITHMS {
        let sign_in = SignIn::new(name);
        let (key, message) = (bare::Key::of(&sign_in.passkey), sign_in.message());
        let mut group = criterion.benchmark_group(format!("sign-in {name}"));
        group.bench_function("whole", |bencher| {
            bencher.iter(|| black_box(&sign_in).verify(&RustCrypto).unwrap());
        });
        let signature = &sign_in.signature;
        group.bench_function("bare signature", |bencher| {
            bencher.iter(|| black_box(&key).verify(black_box(&message), signature));
        });
        #[cfg(feature = "ring")]
        {
            group.bench_function("whole, ring", |bencher| {
                bencher.iter(|| black_box(&sign_in).verify(&relying_party::crypto::Ring).unwrap());
            });
            group.bench_function("bare signature, ring", |bencher| {
                bencher.iter(|| black_box(&key).verify_with_ring(black_box(&message), signature));
            });
        }
        #[cfg(feature = "aws-lc-rs")]
        {
            let verifier = relying_party::crypto::AwsLcRs;
            group.bench_function("whole, aws-lc-rs", |bencher| {
                bencher.iter(|| black_box(&sign_in).verify(&verifier).unwrap());
            });
            group.bench_function("bare signature, aws-lc-rs", |bencher| {
                bencher
                    .iter(|| black_box(&key).verify_with_aws_lc_rs(black_box(&message), signature));
            });
        }
        #[cfg(feature = "graviola")]
        {
            let verifier = relying_party::crypto::Graviola;
            group.bench_function("whole, graviola", |bencher| {
                bencher.iter(|| black_box(&sign_in).verify(&verifier).unwrap());
            });
            group.bench_function("bare signature, graviola", |bencher| {
                bencher
                    .iter(|| black_box(&key).verify_with_graviola(black_box(&message), signature));
            });
        }
        group.finish();
    }
}

/// From the JSON of a response to the stored passkey.
fn registration(criterion: &mut Criterion) {
    for name in ALGORITHMS {
        let sign_in = SignIn::new(name);
        let (key, message) = (bare::Key::of(&sign_in.passkey), sign_in.message());
        let mut group = criterion.benchmark_group(format!("registration {name}"));
        for attestation in ["none", "packed"] {
            let registration = Registration::new(name, attestation);
            group.bench_function(attestation, |bencher| {
                bencher.iter(|| black_box(&registration).verify().unwrap());
            });
        }
        group.bench_function("bare key check", |bencher| {
            bencher.iter(|| black_box(&key).check());
        });
        group.bench_function("bare signature", |bencher| {
            bencher.iter(|| black_box(&key).verify(black_box(&message), &sign_in.signature));
        });
        group.finish();
    }
}

/// Each parser alone, and the one policy check that reads text.
fn pieces(criterion: &mut Criterion) {
    let sign_in = SignIn::new("ES256");
    let registration = Registration::new("ES256", "none");
    let mut group = criterion.benchmark_group("pieces");
    let mut piece = |name: &str, parse: &dyn Fn()| bench(&mut group, name, parse);
    piece("AuthenticationResponse", &|| {
        black_box(AuthenticationResponse::parse(black_box(&sign_in.json)).unwrap());
    });
    piece("RegistrationResponse", &|| {
        black_box(RegistrationResponse::parse(black_box(&registration.json)).unwrap());
    });
    piece("ClientData", &|| {
        black_box(ClientData::parse(black_box(&sign_in.client_data_json)).unwrap());
    });
    piece("AuthenticatorData of a sign-in", &|| {
        let data = black_box(&sign_in.authenticator_data);
        black_box(AuthenticatorData::parse(data).unwrap());
    });
    piece("AuthenticatorData of a registration", &|| {
        let data = black_box(&registration.authenticator_data);
        black_box(AuthenticatorData::parse(data).unwrap());
    });
    piece("AttestationObject", &|| {
        black_box(AttestationObject::parse(black_box(&registration.attestation_object)).unwrap());
    });
    piece("CoseKey", &|| {
        black_box(CoseKey::parse(black_box(sign_in.passkey.public_key.as_bytes())).unwrap());
    });
    piece("OriginPolicy::check_origin", &|| {
        black_box(origins()).check_origin(black_box(ORIGIN), None).unwrap();
    });
    group.finish();
}

fn bench(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, piece: &dyn Fn()) {
    group.bench_function(name, |bencher| bencher.iter(piece));
}

/// A megabyte of hostile input, or as much as is read, of the kind that is most expensive for each entry point.
fn hostile_input(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hostile, 1 MB");
    for (case, prepared) in hostile::worst() {
        group.bench_function(format!("{}: {}", case.entry, case.input), |bencher| {
            bencher.iter(|| black_box(&prepared).call());
        });
    }
    group.finish();
}

criterion_group!(benches, sign_in, registration, pieces, hostile_input);
criterion_main!(benches);
