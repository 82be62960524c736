//! Which subdomains of the RP ID are accepted (§13.5.9).

use alloc::{collections::BTreeSet, string::String, vec::Vec};
use core::iter;

use super::domain;

/// Which `https` origins below the RP ID are accepted, by label. The RP ID's own host is not included. Accept it with
/// [`origin`](super::OriginPolicyBuilder::origin).
///
/// Anyone who can run script on an accepted subdomain can sign users in there. Exclude subdomains that serve content of
/// others, or that could be taken over (§13.5.9).
///
/// ```
/// use relying_party::policy::SubdomainPolicy;
/// // accounts.example.com and www.example.com, but neither a.b.example.com nor users' subdomains:
/// SubdomainPolicy::any().max_depth(1).except_under(["usercontent.example.com"]);
/// // app.example.com and everything below it:
/// SubdomainPolicy::only_under(["app.example.com"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubdomainPolicy {
    pub(super) max_depth: Option<usize>,
    pub(super) only_under: Option<Vec<String>>,
    pub(super) except_under: Vec<String>,
}

impl SubdomainPolicy {
    /// Every subdomain, at any depth.
    #[must_use]
    pub const fn any() -> Self {
        Self { max_depth: None, only_under: None, except_under: Vec::new() }
    }

    /// These hosts and everything below them. An empty list is rejected when the policy is built.
    #[must_use]
    pub fn only_under<S: Into<String>>(hosts: impl IntoIterator<Item = S>) -> Self {
        Self { only_under: Some(hosts.into_iter().map(Into::into).collect()), ..Self::any() }
    }

    /// At most this many labels before the RP ID: with 1, `a.example.com` is accepted but `b.a.example.com` is not.
    #[must_use]
    pub const fn max_depth(mut self, labels: usize) -> Self {
        self.max_depth = Some(labels);
        self
    }

    /// Excludes these hosts and everything below them. Takes precedence over everything except listed origins.
    #[must_use]
    pub fn except_under<S: Into<String>>(mut self, hosts: impl IntoIterator<Item = S>) -> Self {
        self.except_under.extend(hosts.into_iter().map(Into::into));
        self
    }

    /// Returns whether the policy accepts this host, on an `https` origin.
    pub(super) fn accepts(&self, host: &str, rp_id: &str) -> bool {
        host != rp_id
            && domain::is_in_scope(host, rp_id)
            && self.within_depth(host, rp_id)
            && self.only_under.as_ref().is_none_or(|hosts| is_under(host, hosts))
            && !is_under(host, &self.except_under)
    }

    pub(super) fn within_depth(&self, host: &str, rp_id: &str) -> bool {
        let depth = domain::labels_below(host, rp_id).map_or(0, |labels| labels.split('.').count());
        self.max_depth.is_none_or(|most| depth <= most)
    }
}

pub(super) fn is_under(host: &str, parents: &[String]) -> bool {
    parents.iter().any(|parent| domain::is_at_or_below(host, parent))
}

/// The same for many parents: looks up each label of the host instead of comparing with each parent.
pub(super) fn is_under_any(host: &str, parents: &BTreeSet<&str>) -> bool {
    let above = host.match_indices('.').filter_map(|(dot, _)| host.get(dot.saturating_add(1)..));
    iter::once(host).chain(above).any(|domain| parents.contains(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted<'a>(policy: &SubdomainPolicy, hosts: &[&'a str]) -> Vec<&'a str> {
        hosts.iter().copied().filter(|host| policy.accepts(host, "example.com")).collect()
    }

    const HOSTS: [&str; 7] = [
        "example.com",
        "a.example.com",
        "b.a.example.com",
        "c.b.a.example.com",
        "d.example.com",
        "xa.example.com",
        "a.example.net",
    ];

    #[test]
    fn every_subdomain_lies_below_the_rp_id() {
        let expected = [
            "a.example.com",
            "b.a.example.com",
            "c.b.a.example.com",
            "d.example.com",
            "xa.example.com",
        ];
        assert_eq!(accepted(&SubdomainPolicy::any(), &HOSTS), expected);
    }

    #[test]
    fn depth_counts_labels_before_the_rp_id() {
        let one = accepted(&SubdomainPolicy::any().max_depth(1), &HOSTS);
        assert_eq!(one, ["a.example.com", "d.example.com", "xa.example.com"]);
        let two = accepted(&SubdomainPolicy::any().max_depth(2), &HOSTS);
        assert_eq!(two, ["a.example.com", "b.a.example.com", "d.example.com", "xa.example.com"]);
    }

    #[test]
    fn accepts_listed_hosts_and_everything_below_them() {
        let policy = SubdomainPolicy::only_under(["a.example.com"]);
        let expected = ["a.example.com", "b.a.example.com", "c.b.a.example.com"];
        assert_eq!(accepted(&policy, &HOSTS), expected);
        assert_eq!(accepted(&policy.max_depth(1), &HOSTS), ["a.example.com"]);
    }

    #[test]
    fn excludes_excepted_hosts_and_everything_below_them() {
        let policy = SubdomainPolicy::any().except_under(["a.example.com"]);
        assert_eq!(accepted(&policy, &HOSTS), ["d.example.com", "xa.example.com"]);
        let policy =
            SubdomainPolicy::only_under(["a.example.com"]).except_under(["b.a.example.com"]);
        assert_eq!(accepted(&policy, &HOSTS), ["a.example.com"]);
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn excludes_hosts_below_another_public_suffix() {
        let any = SubdomainPolicy::any();
        assert!(any.accepts("aws.amazonaws.com", "amazonaws.com"));
        assert!(!any.accepts("bucket.s3.amazonaws.com", "amazonaws.com"));
    }
}
