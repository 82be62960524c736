//! The guide: from the first passkey to running a service.
//!
//! The chapters are Markdown files in the folder `docs/guide`, rendered here. Start with [`concepts`] or [`tutorial`].

/// Renders chapters. The definitions before each text replace its links to files.
macro_rules! chapters {
    ($($name:ident: $file:literal,)*) => {
        $(
            #[doc = include_str!("../docs/guide/links.md")]
            #[doc = include_str!("../docs/guide/diagrams/embedded.md")]
            #[doc = ""]
            #[doc = include_str!(concat!("../docs/guide/", $file))]
            pub mod $name {}
        )*
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
