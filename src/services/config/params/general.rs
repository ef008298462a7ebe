//! The process, its logs, its working directory and its periodic work.

use super::super::choices::*;
use super::super::param::*;
use super::super::special::{Directory, OomScores, ShutdownFlags};
use super::INT_MAX;
use crate::services::config::checks;

params! {
    after 0;

    /// Run in the background, detached from the terminal.
    DAEMONIZE: bool = flag("daemonize", false).immutable();

    /// Who started the server and wants to hear when it is ready.
    SUPERVISED: Supervised = choice::<Supervised>("supervised").immutable();

    /// The file that holds the process id while the server runs; a server in the background
    /// without one uses /var/run/redis.pid.
    PIDFILE: Text = optional_text("pidfile").immutable();

    /// How much is logged.
    LOGLEVEL: LogLevel = choice::<LogLevel>("loglevel").effect(Effect::LogLevel);

    /// The log file; empty logs to the standard output.
    LOGFILE: Text = text("logfile", "").immutable();

    /// Log to syslog too.
    SYSLOG_ENABLED: bool = flag("syslog-enabled", false).immutable();

    /// The name under which syslog gets the messages.
    SYSLOG_IDENT: Text = text("syslog-ident", "redis").immutable();

    /// The facility under which syslog gets the messages.
    SYSLOG_FACILITY: SyslogFacility = choice::<SyslogFacility>("syslog-facility").immutable();

    /// Leave texts that users sent out of the log.
    HIDE_USER_DATA_FROM_LOG: bool = flag("hide-user-data-from-log", false);

    /// Log a stack trace and the server's state when it crashes.
    CRASH_LOG_ENABLED: bool = flag("crash-log-enabled", true).ignored();

    /// Test the memory when the server crashes.
    CRASH_MEMCHECK_ENABLED: bool = flag("crash-memcheck-enabled", true).ignored();

    /// End with an exit status where a failed assertion would raise a signal.
    USE_EXIT_ON_PANIC: bool = flag("use-exit-on-panic", false).hidden().ignored();

    /// Run the checks that are too slow for production.
    ENABLE_DEBUG_ASSERT: bool = flag("enable-debug-assert", false).immutable().hidden().ignored();

    /// Log the stack of what takes longer than this many milliseconds; 0 never does.
    WATCHDOG_PERIOD: i64 = int("watchdog-period", 0, 0..=INT_MAX).hidden().ignored();

    /// The number of databases, which SELECT counts from 0.
    DATABASES: i64 = int("databases", 16, 1..=INT_MAX).immutable();

    /// Show the logo at startup even where the log is a file.
    ALWAYS_SHOW_LOGO: bool = flag("always-show-logo", false).immutable().ignored();

    /// Show the state in the process title.
    SET_PROC_TITLE: bool = flag("set-proc-title", true).immutable().ignored();

    /// The process title, with {title}, {listen-addr}, {server-mode}, {port}, {tls-port},
    /// {unixsocket} and {config-file} replaced.
    PROC_TITLE_TEMPLATE: Text = text("proc-title-template", "{title} {listen-addr} {server-mode}")
        .checked(checks::title_template)
        .effect(Effect::ProcTitle);

    /// The locale by which SORT ALPHA orders; empty takes it from the environment.
    LOCALE_COLLATE: Text = text("locale-collate", "").effect(Effect::Locale);

    /// The working directory.
    DIR: Directory = special::<Directory>("dir").protected().denied_while_loading().effect(Effect::Dir);

    /// Warnings at startup that are known and need not stop the server.
    IGNORE_WARNINGS: Text = text("ignore-warnings", "").ignored();

    /// How often in a second the periodic work runs.
    HZ: i64 = int("hz", 10, 0..=INT_MAX).clamped(1, 500).effect(Effect::Hz);

    /// Run the periodic work more often the more clients there are.
    DYNAMIC_HZ: bool = flag("dynamic-hz", true).ignored();

    /// Rehash a little in the periodic work too.
    ACTIVEREHASHING: bool = flag("activerehashing", true).ignored();

    /// Milliseconds after which a script that still runs makes other clients be answered BUSY.
    BUSY_REPLY_THRESHOLD: i64 =
        int("busy-reply-threshold", 5000, 0..=i64::MAX).alias("lua-time-limit");

    /// Seconds a shutdown waits for replicas that lag behind.
    SHUTDOWN_TIMEOUT: i64 = int("shutdown-timeout", 10, 0..=INT_MAX);

    /// How SIGINT shuts the server down.
    SHUTDOWN_ON_SIGINT: ShutdownFlags = special::<ShutdownFlags>("shutdown-on-sigint");

    /// How SIGTERM shuts the server down.
    SHUTDOWN_ON_SIGTERM: ShutdownFlags = special::<ShutdownFlags>("shutdown-on-sigterm");

    /// Whether the kernel's out-of-memory score is set.
    OOM_SCORE_ADJ: OomScoreAdj = choice::<OomScoreAdj>("oom-score-adj").effect(Effect::OomScore);

    /// The out-of-memory scores of the process in its roles.
    OOM_SCORE_ADJ_VALUES: OomScores =
        special::<OomScores>("oom-score-adj-values").effect(Effect::OomScore);

    /// Switch off transparent huge pages for this process.
    DISABLE_THP: bool = flag("disable-thp", true).immutable();

    /// Threads that read and write sockets. Each connection has a thread of its own here.
    IO_THREADS: i64 = int("io-threads", 1, 1..=128).immutable().ignored();

    /// Read and parse in the socket threads too.
    IO_THREADS_DO_READS: bool = flag("io-threads-do-reads", false).immutable().ignored();

    /// Commands of a pipeline that are parsed ahead of their turn.
    LOOKAHEAD: i64 = int("lookahead", 16, 1..=INT_MAX).ignored();

    /// The processors of the threads that run commands.
    SERVER_CPULIST: Text = cpus("server-cpulist").alias("server_cpulist");

    /// The processors of the threads that work in the background.
    BIO_CPULIST: Text = cpus("bio-cpulist").alias("bio_cpulist");

    /// The processors that rewrite the append-only file.
    AOF_REWRITE_CPULIST: Text = cpus("aof-rewrite-cpulist").alias("aof_rewrite_cpulist");

    /// The processors that save snapshots.
    BGSAVE_CPULIST: Text = cpus("bgsave-cpulist").alias("bgsave_cpulist");
}

/// A row of a list of processors.
const fn cpus(name: &'static str) -> Row<Text> {
    optional_text(name).immutable().ignored()
}
