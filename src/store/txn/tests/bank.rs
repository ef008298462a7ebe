//! Many threads move money between accounts in many shards, while others count all of it: the
//! sum never changes. Without the exclusive lock on a transfer's shards, or the shared one on
//! those that are counted, it does.

use super::{CHANGED, START_MS, key, lock};
use crate::protocol::Key;
use crate::store::txn::{Mode, Txn};
use crate::store::{Expiry, Keyspace, NewStr, SHARDS, Str};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const ACCOUNTS: usize = 100;
const DEPOSIT: i64 = 1000;
const TELLERS: usize = 4;
const TRANSFERS: usize = 1500;
const AUDITORS: usize = 2;

fn balance(txn: &Txn<'_>, account: Key<'_>) -> i64 {
    let text = txn.peek(account).and_then(|entry| entry.as_str());
    text.and_then(Str::as_int).expect("an account holds a number")
}

fn set_balance(txn: &mut Txn<'_>, account: Key<'_>, balance: i64) {
    txn.set_string(account, NewStr::Int(balance), Expiry::Keep, CHANGED);
}

fn transfer(keyspace: &Keyspace, from: Key<'_>, to: Key<'_>, amount: i64) {
    let mut txn = lock(keyspace, Mode::Write, &[from, to], START_MS);
    let (left, right) = (balance(&txn, from), balance(&txn, to));
    set_balance(&mut txn, from, left - amount);
    // Just now money is missing.
    thread::yield_now();
    set_balance(&mut txn, to, right + amount);
}

fn count(keyspace: &Keyspace, accounts: &[Key<'_>]) -> i64 {
    let txn = lock(keyspace, Mode::Read, accounts, START_MS);
    accounts.iter().map(|account| balance(&txn, *account)).sum()
}

#[test]
fn money_is_neither_made_nor_lost() {
    let keyspace = Keyspace::new(2);
    let names: Vec<String> = (0..ACCOUNTS).map(|n| format!("account:{n}")).collect();
    let accounts: Vec<Key<'_>> =
        (0..).zip(&names).map(|(n, name)| key(&keyspace, n % 2, name.as_bytes())).collect();
    for account in &accounts {
        let mut txn = lock(&keyspace, Mode::Write, &[*account], START_MS);
        set_balance(&mut txn, *account, DEPOSIT);
    }
    let shards: BTreeSet<_> =
        accounts.iter().map(|account| keyspace.place(account.db, account.hash)).collect();
    assert!(shards.len() > ACCOUNTS / 2 && shards.len() < 2 * SHARDS);

    let at_work = AtomicUsize::new(TELLERS);
    thread::scope(|scope| {
        for teller in 0..TELLERS {
            let (keyspace, accounts, at_work) = (&keyspace, &accounts, &at_work);
            scope.spawn(move || {
                for n in 0..TRANSFERS {
                    let from = (n * 7 + teller * 31) % ACCOUNTS;
                    let to = (from + 1 + n % (ACCOUNTS - 1)) % ACCOUNTS;
                    transfer(keyspace, accounts[from], accounts[to], n as i64 % 10);
                }
                at_work.fetch_sub(1, Ordering::Release);
            });
        }
        for _ in 0..AUDITORS {
            scope.spawn(|| {
                while at_work.load(Ordering::Acquire) > 0 {
                    assert_eq!(count(&keyspace, &accounts), DEPOSIT * ACCOUNTS as i64);
                }
            });
        }
    });
    assert_eq!(count(&keyspace, &accounts), DEPOSIT * ACCOUNTS as i64);
}
