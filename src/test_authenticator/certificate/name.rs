//! Names (RFC 5280 §4.1.2.4).

use alloc::{string::String, vec, vec::Vec};

use super::der;
use crate::test_authenticator::TestAuthenticatorError;

/// A distinguished name: a sequence of relative names, each a set of attributes.
/// [`RegistrationParts::tamper_statement`](crate::test_authenticator::RegistrationParts::tamper_statement) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestName(pub Vec<Vec<TestAttribute>>);

/// An attribute of a name.
/// [`RegistrationParts::tamper_statement`](crate::test_authenticator::RegistrationParts::tamper_statement) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestAttribute {
    /// The type, in dotted form.
    pub oid: String,
    /// The value in DER.
    pub value: Vec<u8>,
}

impl TestAttribute {
    /// Creates an attribute whose value is a `UTF8String`, or a `PrintableString` for the country as in RFC 5280.
    #[must_use]
    pub fn text(oid: &str, text: &str) -> Self {
        let tag = if oid == TestName::COUNTRY { der::PRINTABLE_STRING } else { der::UTF8_STRING };
        Self { oid: oid.into(), value: der::tlv(tag, text) }
    }

    fn to_der(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        Ok(der::constructed(der::SEQUENCE, &[&der::oid(&self.oid)?, &self.value]))
    }
}

impl TestName {
    /// `CN`.
    pub const COMMON_NAME: &str = "2.5.4.3";
    /// `C`.
    pub const COUNTRY: &str = "2.5.4.6";
    /// `O`.
    pub const ORGANIZATION: &str = "2.5.4.10";
    /// `OU`.
    pub const ORGANIZATIONAL_UNIT: &str = "2.5.4.11";

    /// Creates a name of these attributes, each in a separate relative name.
    #[must_use]
    pub fn of(attributes: &[(&str, &str)]) -> Self {
        let each = attributes.iter().map(|(oid, text)| vec![TestAttribute::text(oid, text)]);
        Self(each.collect())
    }

    /// Replaces the attributes of a type, or adds one at the end.
    pub fn set(&mut self, oid: &str, text: &str) {
        let attribute = TestAttribute::text(oid, text);
        match self.0.iter_mut().flatten().find(|found| found.oid == oid) {
            Some(found) => *found = attribute,
            None => self.0.push(vec![attribute]),
        }
    }

    /// Removes the attributes of a type.
    pub fn remove(&mut self, oid: &str) {
        self.0.retain(|relative| relative.iter().all(|attribute| attribute.oid != oid));
    }

    /// Returns the name in DER, with sets in DER order.
    pub(in crate::test_authenticator) fn to_der(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        let mut relatives = Vec::new();
        for relative in &self.0 {
            let attributes = relative.iter().map(TestAttribute::to_der);
            let mut attributes = attributes.collect::<Result<Vec<_>, _>>()?;
            attributes.sort();
            relatives.extend(der::tlv(der::SET, attributes.concat()));
        }
        Ok(der::tlv(der::SEQUENCE, relatives))
    }
}
