//! Building a registry, and checking that its tenants are apart.

use alloc::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use super::{TenantError, TenantErrors, Tenants};
use crate::{
    policy::{InvalidOrigin, Origin, OriginPolicy},
    relying_party::RelyingParty,
};

/// Builds [`Tenants`].
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct TenantsBuilder {
    tenants: Vec<(RelyingParty, Vec<String>)>,
    /// RP ID and host.
    allowed: BTreeSet<(String, String)>,
}

impl TenantsBuilder {
    /// Adds a tenant: its relying party, and the host names of the requests that it handles, as browsers write them:
    /// `shop.example.com`, without scheme, port and final dot.
    ///
    /// The host names are those of your endpoints. Its pages are the origins of the relying party. A page on a host
    /// that is no tenant's endpoint belongs to the first tenant that lists its origin.
    pub fn tenant<H: Into<String>>(
        mut self,
        rp: RelyingParty,
        hosts: impl IntoIterator<Item = H>,
    ) -> Self {
        self.tenants.push((rp, hosts.into_iter().map(Into::into).collect()));
        self
    }

    /// Lets the tenant with this RP ID accept responses from pages on `host`, which belongs to another tenant. Only do
    /// this if the same people control both, for example while you [move](crate::policy#moving-to-another-domain) to
    /// another domain.
    pub fn allow_pages(mut self, rp_id: impl Into<String>, host: impl Into<String>) -> Self {
        self.allowed.insert((rp_id.into(), host.into()));
        self
    }

    /// Builds the registry.
    ///
    /// ```
    /// use relying_party::{RelyingParty, policy::SubdomainPolicy, tenants::{TenantError, Tenants}};
    /// let platform = RelyingParty::builder("shops.example", "Shops")
    ///     .origin("https://shops.example")
    ///     .origins(|policy| policy.subdomains(SubdomainPolicy::any()))
    ///     .build()?;
    /// let bakery = RelyingParty::builder("bakery.shops.example", "Bakery").origin("https://bakery.shops.example");
    /// let errors = Tenants::builder()
    ///     .tenant(platform, ["shops.example"])
    ///     .tenant(bakery.build()?, ["bakery.shops.example"])
    ///     .build()
    ///     .unwrap_err();
    /// // The bakery's pages could sign in the platform's users.
    /// let host = "bakery.shops.example".to_owned();
    /// let expected = TenantError::ForeignPages { rp_id: "shops.example".to_owned(), host };
    /// assert_eq!(errors.iter().as_slice(), [expected]);
    /// # Ok::<(), relying_party::ConfigErrors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns all mistakes, not just the first: host names that are invalid or not unique, tenants that would share
    /// their users, and tenants that accept responses from each other's pages.
    pub fn build(self) -> Result<Tenants, TenantErrors> {
        let mut errors = Vec::new();
        let mut hosts = BTreeMap::new();
        let mut rp_ids = BTreeMap::new();
        for (index, (rp, names)) in self.tenants.iter().enumerate() {
            let rp_id = rp.rp_id().to_string();
            if names.is_empty() {
                errors.push(TenantError::NoHost { rp_id: rp_id.clone() });
            }
            match rp_ids.entry(rp_id) {
                Entry::Vacant(entry) => {
                    entry.insert(index);
                }
                Entry::Occupied(entry) => {
                    errors.push(TenantError::RpIdTwice { rp_id: entry.key().clone() });
                }
            }
            for host in names.iter().cloned() {
                if let Err(reason) = check_host(&host) {
                    errors.push(TenantError::Host { host, reason });
                    continue;
                }
                match hosts.entry(host) {
                    Entry::Vacant(entry) => {
                        entry.insert(index);
                    }
                    Entry::Occupied(entry) => {
                        errors.push(TenantError::HostTwice { host: entry.key().clone() });
                    }
                }
            }
        }
        errors.extend(self.foreign_pages(&hosts, &rp_ids));
        if !errors.is_empty() {
            return Err(TenantErrors::new(errors));
        }
        let tenants = self.tenants.into_iter().map(|(rp, _)| rp).collect();
        Ok(Tenants { tenants, hosts })
    }

    /// Which tenants accept pages of others, without being allowed to. Looks at each listed origin and at the parents
    /// of each host, so that the time grows with the number of tenants and not with its square.
    fn foreign_pages(
        &self,
        hosts: &BTreeMap<String, usize>,
        rp_ids: &BTreeMap<String, usize>,
    ) -> Vec<TenantError> {
        let mut found = BTreeSet::new();
        // Pages may be on hosts that have no endpoints. Such a host belongs to the first tenant that lists it.
        let mut owners = hosts.clone();
        for (index, (rp, _)) in self.tenants.iter().enumerate() {
            let own = rp_ids.get(rp.rp_id().as_str()).copied().unwrap_or(index);
            for origin in rp.origins().origins() {
                let Ok(origin) = Origin::parse(&origin) else { continue };
                let host = origin.host().to_string();
                if *owners.entry(host.clone()).or_insert(own) != own {
                    found.insert((rp.rp_id().to_string(), host));
                }
            }
        }
        for (host, owner) in &owners {
            let mut parent = Some(host.as_str());
            while let Some(name) = parent {
                parent = name.split_once('.').map(|(_, parent)| parent);
                let Some(index) = rp_ids.get(name).filter(|index| *index != owner) else {
                    continue;
                };
                let accepts = |(rp, _): &(RelyingParty, _)| accepts_host(rp.origins(), host);
                if self.tenants.get(*index).is_some_and(accepts) {
                    found.insert((name.to_string(), host.clone()));
                }
            }
        }
        let found = found.into_iter().filter(|pair| !self.allowed.contains(pair));
        found.map(|(rp_id, host)| TenantError::ForeignPages { rp_id, host }).collect()
    }
}

/// Checks that a host name is a domain name in the spelling of browsers, and nothing else.
fn check_host(host: &str) -> Result<(), InvalidOrigin> {
    let origin = format!("https://{host}");
    match Origin::parse(&origin)? {
        origin if origin.host() == host => Ok(()),
        _ => Err(InvalidOrigin::Port),
    }
}

/// Whether a policy accepts pages on a host by its rules for whole domains. These do not depend on the port.
fn accepts_host(policy: &OriginPolicy, host: &str) -> bool {
    ["https", "http"]
        .into_iter()
        .any(|scheme| policy.check_origin(&format!("{scheme}://{host}"), None).is_ok())
}
