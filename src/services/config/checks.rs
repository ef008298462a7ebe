//! What free texts must look like, with Redis's complaints.

type Check = Result<(), &'static str>;

fn is_base_name(name: &[u8]) -> bool {
    !name.iter().any(|byte| matches!(byte, b'/' | b'\\'))
}

/// `dbfilename`
pub fn snapshot_name(name: &[u8]) -> Check {
    match is_base_name(name) {
        true => Ok(()),
        false => Err("dbfilename can't be a path, just a filename"),
    }
}

/// `appendfilename`
pub fn aof_name(name: &[u8]) -> Check {
    match name {
        [] => Err("appendfilename can't be empty"),
        _ if !is_base_name(name) => Err("appendfilename can't be a path, just a filename"),
        _ => Ok(()),
    }
}

/// `appenddirname`
pub fn aof_directory(name: &[u8]) -> Check {
    match name {
        [] => Err("appenddirname can't be empty"),
        _ if !is_base_name(name) => Err("appenddirname can't be a path, just a dirname"),
        _ => Ok(()),
    }
}

/// `cluster-announce-hostname`
pub fn host_name(name: &[u8]) -> Check {
    if name.len() >= 256 {
        return Err("Hostnames must be less than 256 characters");
    }
    match name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')) {
        true => Ok(()),
        false => Err("Hostnames may only contain alphanumeric characters, hyphens or dots"),
    }
}

/// `cluster-announce-human-nodename`
pub fn node_name(name: &[u8]) -> Check {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    match name.iter().all(is_plain) {
        true => Ok(()),
        false => Err("Announced human node name contained invalid character"),
    }
}

/// The variables of `proc-title-template`.
const TITLE_VARIABLES: [&[u8]; 7] =
    [b"title", b"listen-addr", b"server-mode", b"port", b"tls-port", b"unixsocket", b"config-file"];

/// `proc-title-template`: known variables in braces; two opening braces are one.
pub fn title_template(template: &[u8]) -> Check {
    const INVALID: Check = Err("template format is invalid or contains unknown variables");
    if template.is_empty() {
        return INVALID;
    }
    let mut rest = template;
    while let Some(open) = rest.iter().position(|byte| *byte == b'{') {
        rest = &rest[open + 1..];
        if let [b'{', tail @ ..] = rest {
            rest = tail;
            continue;
        }
        let Some(close) = rest.iter().position(|byte| *byte == b'}') else { return INVALID };
        if !TITLE_VARIABLES.contains(&&rest[..close]) {
            return INVALID;
        }
        rest = &rest[close + 1..];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_not_paths() {
        assert!(snapshot_name(b"dump.rdb").is_ok() && snapshot_name(b"").is_ok());
        assert!(snapshot_name(b"a/b").is_err());
        assert_eq!(aof_name(b""), Err("appendfilename can't be empty"));
        assert_eq!(aof_directory(b"a/"), Err("appenddirname can't be a path, just a dirname"));
    }

    #[test]
    fn host_names() {
        assert!(host_name(b"a-1.example.com").is_ok() && host_name(b"").is_ok());
        assert!(host_name(b"a b").is_err() && host_name(&[b'a'; 256]).is_err());
        assert!(node_name(b"node_1").is_ok() && node_name(b"a b").is_err());
    }

    #[test]
    fn title_templates() {
        for good in ["{title} {listen-addr}", "x", "{{x", "}", "{port}{tls-port}"] {
            assert!(title_template(good.as_bytes()).is_ok(), "{good}");
        }
        for bad in ["", "{bad}", "{title", "{title}{", "{}"] {
            assert!(title_template(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
