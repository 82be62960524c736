//! What the page reports when a ceremony failed in the browser.

use serde_json::json;

use crate::{
    Host,
    endpoints::{Call, Store},
    refusal::Failure,
    respond::Reply,
};

impl<S: Store, H: Host> Call<'_, S, H> {
    /// Anyone may report: most ceremonies begin before anyone is signed in.
    pub(crate) async fn report_failure(&self) -> Result<Reply, Failure> {
        let report = self.shared.passkeys.report_failure(self.session.binding, self.body);
        self.shared.run(report).await?;
        Ok(self.reply(&json!({ "reported": true })))
    }
}
