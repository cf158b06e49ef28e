use super::rule::Rule;
use super::{iptables, nft};
use crate::kernel::{Cause, Namespace};

/// Adds a rule; it may be there already.
pub(in crate::kernel) async fn add(namespace: &Namespace, rule: &Rule) -> Result<(), Cause> {
    match nft::add(namespace, rule).await {
        Ok(nft::Added::Done) => Ok(()),
        Ok(nft::Added::Unsupported) => iptables::add(namespace, rule).await,
        // What is asked for first is what a user should install.
        Err(missing @ Cause::MissingProgram { .. }) => match iptables::add(namespace, rule).await {
            Err(Cause::MissingProgram { .. }) => Err(missing),
            other => other,
        },
        Err(cause) => Err(cause),
    }
}

/// Removes a rule; it may be gone already.
pub(in crate::kernel) async fn remove(namespace: &Namespace, rule: &Rule) -> Result<(), Cause> {
    nft::remove(namespace, rule).await?;
    iptables::remove(namespace, rule).await
}
