//! The asynchronous face, on tokio: many tasks on one multiplexed connection, a stream of
//! messages, and the connection manager, which outlives its connections.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use futures_util::future::{join_all, try_join_all};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, Client, RedisResult};
use tokio::time::timeout;

use crate::SOON;

#[tokio::main(worker_threads = 2)]
pub async fn run(client: &Client) -> Result<()> {
    crate::begin("many tasks on one connection", client)?;
    many_tasks_on_one_connection(client).await?;
    crate::begin("a stream of messages", client)?;
    a_stream_of_messages(client).await?;
    crate::begin("a manager outlives its connections", client)?;
    a_manager_outlives_its_connections(client).await
}

/// Requests of a thousand tasks share a socket: each reply finds the one that asked.
async fn many_tasks_on_one_connection(client: &Client) -> Result<()> {
    let connection = client.get_multiplexed_async_connection().await?;
    let tasks = (0..1000).map(|n: i64| {
        let mut connection = connection.clone();
        async move {
            let key = format!("k{n}");
            let () = connection.set(&key, n).await?;
            let (total, value): (i64, i64) = redis::pipe()
                .atomic()
                .incr("total", 1)
                .get(&key)
                .query_async(&mut connection)
                .await?;
            RedisResult::Ok((total, value == n))
        }
    });
    let mut replies = try_join_all(tasks).await?;
    ensure!(replies.iter().all(|(_, is_own)| *is_own));
    replies.sort_unstable();
    ensure!(replies.iter().map(|(total, _)| *total).eq(1..=1000));
    Ok(())
}

async fn a_stream_of_messages(client: &Client) -> Result<()> {
    let mut publisher = client.get_multiplexed_async_connection().await?;
    let mut subscriber = client.get_async_pubsub().await?;
    subscriber.subscribe("news").await?;
    for n in 0..500 {
        ensure!(publisher.publish::<_, _, i64>("news", n).await? == 1);
    }
    {
        let mut messages = subscriber.on_message();
        for n in 0..500 {
            let message = timeout(SOON, messages.next()).await?.context("the stream ended")?;
            ensure!(message.get_payload::<i64>()? == n);
        }
    }
    subscriber.unsubscribe("news").await?;
    ensure!(publisher.publish::<_, _, i64>("news", "gone").await? == 0);
    Ok(())
}

async fn a_manager_outlives_its_connections(client: &Client) -> Result<()> {
    let mut admin = client.get_multiplexed_async_connection().await?;
    let config = ConnectionManagerConfig::new().set_min_delay(Duration::from_millis(5));
    let manager = ConnectionManager::new_with_config(client.clone(), config).await?;
    for _ in 0..5 {
        let id: i64 = redis::cmd("CLIENT").arg("ID").query_async(&mut manager.clone()).await?;
        let () = redis::cmd("CLIENT").arg("KILL").arg("ID").arg(id).query_async(&mut admin).await?;
        // Requests under way may fail; the manager connects again for those that come after.
        let attempts = (0..20).map(|_| {
            let mut manager = manager.clone();
            async move { manager.incr::<_, _, i64>("attempts", 1).await }
        });
        let _ = join_all(attempts).await;
        let mut manager = manager.clone();
        timeout(SOON, async { while manager.set::<_, _, ()>("alive", id).await.is_err() {} })
            .await?;
        let next_id: i64 = redis::cmd("CLIENT").arg("ID").query_async(&mut manager).await?;
        ensure!(next_id > id && manager.get::<_, i64>("alive").await? == id);
    }
    Ok(())
}
