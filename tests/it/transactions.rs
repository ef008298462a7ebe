//! MULTI, EXEC, DISCARD, WATCH, UNWATCH.

use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Client, Random, Server, env_number, play, say};

#[test]
fn commands_are_queued_and_run_together() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        MULTI            => +OK
        SET k 1          => +QUEUED
        INCR k           => +QUEUED
        GET k            => +QUEUED
        PING             => +QUEUED
        EXEC             => [+OK, :2, "2", +PONG]
        MULTI            => +OK
        EXEC             => []
        EXEC             => -ERR EXEC without MULTI
        DISCARD          => -ERR DISCARD without MULTI
        MULTI            => +OK
        SET k discarded  => +QUEUED
        DISCARD          => +OK
        GET k            => "2"
        MULTI            => +OK
        MULTI            => -ERR MULTI calls can not be nested
        SET k 3          => +QUEUED
        EXEC             => [+OK]
        MULTI x          => -ERR wrong number of arguments for 'multi' command
    "#,
    );
}

#[test]
fn an_error_while_queueing_aborts() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SET k 1          => +OK
        MULTI            => +OK
        SET k 2          => +QUEUED
        GET              => -ERR wrong number of arguments for 'get' command
        EXEC             => -EXECABORT Transaction discarded because of previous errors.
        GET k            => "1"
        MULTI            => +OK
        WHATEVER         => -ERR unknown command 'WHATEVER', with args beginning with:*
        EXEC             => -EXECABORT Transaction discarded because of previous errors.
        MULTI            => +OK
        EXEC now         => -EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command
        EXEC             => -ERR EXEC without MULTI
        MULTI            => +OK
        SHUTDOWN         => -ERR Command not allowed inside a transaction
        EXEC             => -EXECABORT Transaction discarded because of previous errors.
        CONFIG SET maxmemory 1  => +OK
        MULTI            => +OK
        SET k 5          => -OOM command not allowed when used memory > 'maxmemory'.
        EXEC             => -EXECABORT Transaction discarded because of previous errors.
        CONFIG SET maxmemory 0  => +OK
        MULTI            => +OK
        SET k 5          => +QUEUED
        GET k            => +QUEUED
        EXEC             => [+OK, "5"]
    "#,
    );
    play(
        &server,
        r#"
        a: MULTI                   => +OK
        a: SET k 6                 => +QUEUED
        b: CONFIG SET maxmemory 1  => +OK
        a: EXEC                    => -EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.
        b: CONFIG SET maxmemory 0  => +OK
        a: GET k                   => "5"
        a: EXEC                    => -ERR EXEC without MULTI
    "#,
    );
}

#[test]
fn an_error_while_running_does_not() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SET s text       => +OK
        MULTI            => +OK
        INCR s           => +QUEUED
        SET k 1          => +QUEUED
        LPUSH s x        => +QUEUED
        INCR k           => +QUEUED
        EXEC             => [-ERR value is not an integer or out of range, +OK, -WRONGTYPE Operation against a key holding the wrong kind of value, :2]
    "#,
    );
}

#[test]
fn a_watched_key_that_changes_ends_the_transaction() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        a: SET k 1           => +OK
        a: WATCH k other     => +OK
        a: MULTI             => +OK
        a: SET k 2           => +QUEUED
        b: SET k 3           => +OK
        a: EXEC              => (nil array)
        a: GET k             => "3"
        # Watches ended with EXEC.
        a: MULTI             => +OK
        b: SET k 4           => +OK
        a: SET k 5           => +QUEUED
        a: EXEC              => [+OK]
        # A key that was missing.
        a: WATCH new         => +OK
        b: SET new 1         => +OK
        a: MULTI             => +OK
        a: EXEC              => (nil array)
        # Changed by its own client, changed and changed back, or only touched.
        a: WATCH k           => +OK
        a: SET k 6           => +OK
        a: MULTI             => +OK
        a: EXEC              => (nil array)
        a: WATCH k           => +OK
        b: APPEND k x        => :2
        b: SET k 6           => +OK
        a: MULTI             => +OK
        a: EXEC              => (nil array)
        a: WATCH k           => +OK
        b: GET k             => "6"
        b: SETNX k 7         => :0
        b: DEL nothing       => :0
        a: MULTI             => +OK
        a: PING              => +QUEUED
        a: EXEC              => [+PONG]
        # UNWATCH and DISCARD forget.
        a: WATCH k           => +OK
        b: SET k 8           => +OK
        a: UNWATCH           => +OK
        a: MULTI             => +OK
        a: EXEC              => []
        a: WATCH k           => +OK
        a: MULTI             => +OK
        a: DISCARD           => +OK
        b: SET k 9           => +OK
        a: MULTI             => +OK
        a: EXEC              => []
        a: MULTI             => +OK
        a: WATCH k           => -ERR WATCH inside MULTI is not allowed
        a: UNWATCH           => +QUEUED
        a: EXEC              => [+OK]
        # RESET ends both.
        a: WATCH k           => +OK
        a: MULTI             => +OK
        a: RESET             => +RESET
        a: EXEC              => -ERR EXEC without MULTI
        b: INFO clients      => g"*total_watched_keys:0*"
    "#,
    );
}

#[test]
fn watching_is_per_database_and_sees_whole_databases_change() {
    let server = Server::start(&["--enable-debug-command", "yes"]);
    play(
        &server,
        r#"
        b: SELECT 1          => +OK
        a: SET k 1           => +OK
        a: WATCH k           => +OK
        b: SET k other       => +OK
        a: MULTI             => +OK
        a: EXEC              => []
        # FLUSHALL counts where the key was there.
        a: WATCH k           => +OK
        b: FLUSHALL          => +OK
        a: MULTI             => +OK
        a: EXEC              => (nil array)
        a: WATCH k           => +OK
        b: FLUSHALL          => +OK
        a: MULTI             => +OK
        a: EXEC              => []
        # SWAPDB.
        b: SET k x           => +OK
        a: WATCH k           => +OK
        b: SWAPDB 0 1        => +OK
        a: MULTI             => +OK
        a: EXEC              => (nil array)
        a: GET k             => "x"
        # Expiry: of a key that was there, by the reaper or unseen by it.
        a: SET t 1 PX 30     => +OK
        a: WATCH t           => +OK
        (wait 60 ms)
        a: MULTI             => +OK
        a: EXEC              => (nil array)
        a: DEBUG SET-ACTIVE-EXPIRE 0  => +OK
        a: SET t 1 PX 20     => +OK
        a: WATCH t           => +OK
        (wait 40 ms)
        a: MULTI             => +OK
        a: EXEC              => (nil array)
        # A key that had expired when the watch began is missing, and stays so.
        a: SET t 1 PX 1      => +OK
        (wait 10 ms)
        a: WATCH t           => +OK
        a: DEBUG SET-ACTIVE-EXPIRE 1  => +OK
        (wait 30 ms)
        a: MULTI             => +OK
        a: EXEC              => []
    "#,
    );
}

#[test]
fn a_transaction_may_do_what_a_client_may() {
    let server = Server::start(&["--enable-debug-command", "yes"]);
    server.client().talk(
        r#"
        SET k 0              => +OK
        MULTI                => +OK
        SELECT 1             => +QUEUED
        SET k 1              => +QUEUED
        DBSIZE               => +QUEUED
        KEYS *               => +QUEUED
        SCAN 0               => +QUEUED
        RANDOMKEY            => +QUEUED
        SELECT 0             => +QUEUED
        MOVE k 2             => +QUEUED
        SWAPDB 1 2           => +QUEUED
        SELECT 2             => +QUEUED
        GET k                => +QUEUED
        COPY k j DB 5        => +QUEUED
        INFO keyspace        => +QUEUED
        MEMORY STATS         => +QUEUED
        DEBUG DIGEST         => +QUEUED
        CONFIG SET slowlog-max-len 10  => +QUEUED
        FLUSHALL             => +QUEUED
        DBSIZE               => +QUEUED
        EXEC                 => [+OK, +OK, :1, ["k"], ["0", ["k"]], "k", +OK, :1, +OK, +OK, "1", :1, g"*db1:keys=1,*db2:keys=1,*", *, *, +OK, +OK, :0]
        CLIENT INFO          => g"* db=2 *multi=-1 watch=0*"
    "#,
    );
    play(
        &server,
        r#"
        a: CLIENT SETNAME alice  => +OK
        a: WATCH x y         => +OK
        a: MULTI             => +OK
        a: SET k v           => +QUEUED
        b: CLIENT LIST       => g"*name=alice *flags=x *multi=1 watch=2 *"
    "#,
    );
}

/// What is queued has not been served yet: it counts as input, which has a limit.
#[test]
fn what_is_queued_is_counted_and_limited() {
    let server = Server::start(&["--client-query-buffer-limit", "1mb"]);
    play(
        &server,
        r#"
        a: MULTI                          => +OK
        a: SET k v                        => +QUEUED
        p: CLIENT LIST                    => g"* multi=1 *"
        a: DISCARD                        => +OK
        a: MULTI                          => +OK
        p: CLIENT LIST                    => g"* multi=0 *"
        a: DISCARD                        => +OK
        a: WATCH x y x                    => +OK
        p: CLIENT LIST                    => g"* watch=2 *"
        p: INFO clients                   => g"*watching_clients:1*total_watched_keys:2*"
        a leaves
    "#,
    );
    let mut client = server.client();
    client.check("MULTI", "+OK");
    let value = "v".repeat(100_000);
    let queued = (0..40).take_while(|_| client.try_cmd(&["SET", "k", &value]).is_ok()).count();
    assert!((9..12).contains(&queued), "{queued} were taken");
}

/// Each of two clients watches what the other writes: where both find nothing, only one may go
/// on. EXEC locks watched keys beside its own; without that both would.
#[test]
fn two_that_watch_what_the_other_writes_do_not_both_succeed() {
    const PAIRS: usize = 4;
    const ROUNDS: usize = 300;
    let server = Server::start(&[]);
    let both: usize = thread::scope(|scope| {
        let pairs: Vec<_> = (0..PAIRS)
            .map(|pair| {
                let server = &server;
                scope.spawn(move || {
                    (0..ROUNDS).filter(|round| both_succeed(server, pair, *round)).count()
                })
            })
            .collect();
        pairs.into_iter().map(|pair| pair.join().expect("a pair")).sum()
    });
    assert_eq!(both, 0, "pairs of which both went on");
}

fn both_succeed(server: &Server, pair: usize, round: usize) -> bool {
    let keys = [format!("x:{pair}:{round}"), format!("y:{pair}:{round}")];
    let mut clients = [server.client(), server.client()];
    for (client, watched) in clients.iter_mut().zip(&keys) {
        client.cmd(&["WATCH", watched]);
        client.check(&format!("GET {watched}"), "(nil)");
    }
    // Both EXECs are on their way before either reply is read.
    for (client, written) in clients.iter_mut().zip(keys.iter().rev()) {
        client.send(format!("MULTI\r\nSET {written} 1\r\nEXEC\r\n").as_bytes());
    }
    let succeeded = |client: &mut Client| {
        // MULTI's reply and SET's.
        client.recv();
        client.recv();
        !client.recv().is_nil()
    };
    let [mut first, mut second] = clients;
    succeeded(&mut first) & succeeded(&mut second)
}

/// Accounts, and clients that move money between them.
const ACCOUNTS: usize = 1000;
const CLIENTS: usize = 64;
const EACH: i64 = 100;

/// Whoever reads all accounts in a transaction sees the same sum, while many clients move money
/// with WATCH and MULTI.
#[test]
fn no_money_is_lost_between_accounts() {
    let seconds = env_number("SKEIN_BANK_SECONDS", 3);
    let server = Server::start(&[]);
    let mut client = server.client();
    let set: Vec<Vec<String>> = (0..ACCOUNTS)
        .map(|n| vec!["SET".into(), format!("account:{n}"), EACH.to_string()])
        .collect();
    client.pipeline(&set);
    let end = Instant::now() + Duration::from_secs(seconds);
    let (moved, refused, audits) = thread::scope(|scope| {
        let server = &server;
        let movers: Vec<_> =
            (0..CLIENTS).map(|n| scope.spawn(move || move_money(server, n as u64, end))).collect();
        let auditor = scope.spawn(move || audit(server, end));
        let (mut moved, mut refused) = (0, 0);
        for mover in movers {
            let (done, not) = mover.join().expect("a mover");
            (moved, refused) = (moved + done, refused + not);
        }
        (moved, refused, auditor.join().expect("an auditor"))
    });
    assert!(moved > 0 && audits > 0);
    say(&format!(
        "bank: {moved} transfers, {refused} refused by WATCH, {audits} audits, {seconds} s"
    ));
}

fn move_money(server: &Server, seed: u64, end: Instant) -> (u64, u64) {
    let mut random = Random::seeded(seed);
    let mut client = server.client();
    let (mut moved, mut refused) = (0, 0);
    while Instant::now() < end {
        // A few accounts are busier than the others, so that clients meet.
        let range = if random.one_in(3) { 10 } else { ACCOUNTS };
        let from = format!("account:{}", random.below(range));
        let to = format!("account:{}", random.below(range));
        if from == to {
            continue;
        }
        client.cmd(&["WATCH", &from, &to]);
        let balance =
            |reply: crate::harness::Reply| reply.text().parse::<i64>().expect("a balance");
        let (has, had) = (balance(client.cmd(&["GET", &from])), balance(client.cmd(&["GET", &to])));
        let amount = (random.below(20) as i64).min(has);
        // Plain SETs: a change in between would be overwritten, were it not for WATCH.
        let replies = client.pipeline(&[
            vec!["MULTI".to_owned()],
            vec!["SET".into(), from.clone(), (has - amount).to_string()],
            vec!["SET".into(), to.clone(), (had + amount).to_string()],
            vec!["EXEC".into()],
        ]);
        match replies[3].is_nil() {
            true => refused += 1,
            false => moved += 1,
        }
    }
    (moved, refused)
}

fn audit(server: &Server, end: Instant) -> u64 {
    let mut client = server.client();
    let mut audits = 0;
    let mut commands: Vec<Vec<String>> = vec![vec!["MULTI".into()]];
    commands.extend((0..ACCOUNTS).map(|n| vec!["GET".into(), format!("account:{n}")]));
    commands.push(vec!["EXEC".into()]);
    while Instant::now() < end || audits == 0 {
        let replies = client.pipeline(&commands);
        let balances = replies.last().expect("EXEC's reply").items();
        let sum: i64 = balances.iter().map(|b| b.text().parse::<i64>().expect("a balance")).sum();
        assert_eq!((balances.len(), sum), (ACCOUNTS, ACCOUNTS as i64 * EACH));
        audits += 1;
    }
    audits
}
