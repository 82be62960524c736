//! The chapters of the guide, so that their examples are doc tests.

#![allow(
    clippy::doc_markdown,
    reason = "the guide is prose, and names products as they name themselves"
)]

macro_rules! chapters {
    ($($name:ident: $file:literal,)*) => {
        $(#[doc = include_str!(concat!("../../guide/", $file))] pub mod $name {})*
    };
}

chapters! {
    concepts: "01-concepts.md",
    tutorial: "02-tutorial.md",
    database: "03-database.md",
    browser: "04-browser.md",
    domains: "05-domains.md",
    accounts: "06-accounts.md",
    attestation: "07-attestation.md",
    migrating: "08-migrating.md",
    testing: "09-testing.md",
    operations: "10-operations.md",
    troubleshooting: "11-troubleshooting.md",
    glossary: "12-glossary.md",
}
