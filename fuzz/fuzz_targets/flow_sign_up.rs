//! Fuzz target `flow_sign_up`: see the function of that name in `src/`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relying_party_fuzz::run("flow_sign_up", data));
