//! TLS. These are taken so that files written for Redis load.

use super::super::choices::*;
use super::super::param::*;
use super::INT_MAX;

params! {
    after super::network::END;

    /// The port to listen on with TLS; 0 listens on none.
    TLS_PORT: i64 = int("tls-port", 0, 0..=65535).ignored();

    /// The server's certificate.
    TLS_CERT_FILE: Text = optional_text("tls-cert-file").ignored();

    /// The key of the server's certificate.
    TLS_KEY_FILE: Text = optional_text("tls-key-file").ignored();

    /// The password of the key.
    TLS_KEY_FILE_PASS: Text = optional_text("tls-key-file-pass").sensitive().ignored();

    /// The certificate for connections to other servers.
    TLS_CLIENT_CERT_FILE: Text = optional_text("tls-client-cert-file").ignored();

    /// The key of the certificate for connections to other servers.
    TLS_CLIENT_KEY_FILE: Text = optional_text("tls-client-key-file").ignored();

    /// The password of the key for connections to other servers.
    TLS_CLIENT_KEY_FILE_PASS: Text =
        optional_text("tls-client-key-file-pass").sensitive().ignored();

    /// The parameters of the Diffie-Hellman exchange.
    TLS_DH_PARAMS_FILE: Text = optional_text("tls-dh-params-file").ignored();

    /// The certificates of the authorities that are trusted.
    TLS_CA_CERT_FILE: Text = optional_text("tls-ca-cert-file").ignored();

    /// A directory of certificates of authorities that are trusted.
    TLS_CA_CERT_DIR: Text = optional_text("tls-ca-cert-dir").ignored();

    /// Whether clients must bring a certificate.
    TLS_AUTH_CLIENTS: TlsAuthClients = choice::<TlsAuthClients>("tls-auth-clients").ignored();

    /// The field of a client's certificate that names its user.
    TLS_AUTH_CLIENTS_USER: TlsAuthClientsUser = choice::<TlsAuthClientsUser>("tls-auth-clients-user").ignored();

    /// Speak TLS to the primary.
    TLS_REPLICATION: bool = flag("tls-replication", false).ignored();

    /// Speak TLS on the cluster bus.
    TLS_CLUSTER: bool = flag("tls-cluster", false).ignored();

    /// The versions of the protocol.
    TLS_PROTOCOLS: Text = optional_text("tls-protocols").ignored();

    /// The ciphers up to TLS 1.2.
    TLS_CIPHERS: Text = optional_text("tls-ciphers").ignored();

    /// The ciphers from TLS 1.3 on.
    TLS_CIPHERSUITES: Text = optional_text("tls-ciphersuites").ignored();

    /// The server's preference among ciphers goes before the client's.
    TLS_PREFER_SERVER_CIPHERS: bool = flag("tls-prefer-server-ciphers", false).ignored();

    /// Let clients take up an earlier session.
    TLS_SESSION_CACHING: bool = flag("tls-session-caching", true).ignored();

    /// Sessions kept to be taken up.
    TLS_SESSION_CACHE_SIZE: i64 =
        int("tls-session-cache-size", 20 * 1024, 0..=INT_MAX).ignored();

    /// Seconds for which sessions are kept.
    TLS_SESSION_CACHE_TIMEOUT: i64 =
        int("tls-session-cache-timeout", 300, 0..=INT_MAX).ignored();
}
