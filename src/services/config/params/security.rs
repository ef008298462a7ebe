//! Passwords, users, and what no client may do.

use super::super::choices::*;
use super::super::param::*;

params! {
    after super::replication::END;

    /// The default user's password; empty lets everybody in.
    REQUIREPASS: Text = optional_text("requirepass").sensitive().effect(Effect::Password);

    /// The file of the users; empty takes them from the configuration file.
    ACLFILE: Text = text("aclfile", "").immutable();

    /// The channels a new user may reach.
    ACL_PUBSUB_DEFAULT: AclPubsubDefault = choice::<AclPubsubDefault>("acl-pubsub-default");

    /// Entries that ACL LOG keeps.
    ACLLOG_MAX_LEN: i64 = int("acllog-max-len", 128, 0..=i64::MAX);

    /// Who may set the protected parameters.
    ENABLE_PROTECTED_CONFIGS: ProtectedAction =
        choice::<ProtectedAction>("enable-protected-configs").immutable();

    /// Who may use DEBUG.
    ENABLE_DEBUG_COMMAND: ProtectedAction = choice::<ProtectedAction>("enable-debug-command").immutable();

    /// Who may use MODULE. There are no modules here.
    ENABLE_MODULE_COMMAND: ProtectedAction =
        choice::<ProtectedAction>("enable-module-command").immutable().ignored();
}
