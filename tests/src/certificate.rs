//! Certificates of one test: an authority, a server and a workload.

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, SanType,
};

use crate::scratch::Scratch;

/// The SPIFFE identity in the workload's certificate.
pub const WORKLOAD: &str = "spiffe://acme.example/ns/agents/sa/triage-bot";

/// Writes `ca.pem`, `server.pem`, `server.key`, `workload.pem` and `workload.key` into `scratch`. The server is
/// `localhost`, the client [`WORKLOAD`].
pub fn write(scratch: &Scratch) {
    let mut authority = params("authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, generate()).expect("valid parameters");
    scratch.write("ca.pem", authority.pem());
    let name = |text: &str| Ia5String::try_from(text).expect("ASCII");
    for (file, subject) in
        [("server", SanType::DnsName(name("localhost"))), ("workload", SanType::URI(name(WORKLOAD)))]
    {
        let key = generate();
        let mut params = params(file);
        params.subject_alt_names.push(subject);
        let certificate = params.signed_by(&key, &authority).expect("valid parameters");
        scratch.write(&format!("{file}.pem"), certificate.pem());
        scratch.write(&format!("{file}.key"), key.serialize_pem());
    }
}

/// Each has a name of its own: a certificate whose issuer has the same name would count as self-signed.
fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn generate() -> KeyPair {
    KeyPair::generate().expect("the system has randomness")
}
