//! A long list: a double-ended queue of nodes, each of which holds many elements.

use std::collections::VecDeque;

use super::node::{Node, View};
use super::policy::Policy;
use crate::types::listpack::{Element, Listpack};

/// A list in nodes, none of which is empty.
#[derive(Clone, Default)]
pub struct Quicklist {
    nodes: VecDeque<Node>,
    len: usize,
}

/// One end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The head.
    Front,
    /// The tail.
    Back,
}

impl Quicklist {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The nodes.
    pub fn nodes(&self) -> &VecDeque<Node> {
        &self.nodes
    }

    /// Bytes of heap it takes, estimated from the nodes of the first `samples` elements; 0 asks
    /// for all.
    pub fn memory_usage(&self, samples: usize) -> usize {
        let samples = if samples == 0 { usize::MAX } else { samples };
        let (mut elements, mut sampled_nodes, mut bytes) = (0, 0, 0);
        for node in &self.nodes {
            if elements >= samples {
                break;
            }
            elements += node.len();
            sampled_nodes += 1;
            bytes += node.memory_usage();
        }
        let per_node = bytes as f64 / f64::from(sampled_nodes.max(1));
        size_of::<Self>()
            + self.nodes.capacity() * size_of::<Node>()
            + (per_node * self.nodes.len() as f64) as usize
    }

    /// Adds a node at the tail.
    pub fn push_node(&mut self, node: Node, policy: Policy) {
        if node.len() > 0 {
            self.len += node.len();
            self.nodes.push_back(node);
            self.compress_inner(policy);
        }
    }

    /// Adds an element at an end.
    pub fn push(&mut self, end: End, element: &[u8], policy: Policy) {
        self.len += 1;
        let node = match end {
            End::Front => self.nodes.front_mut(),
            End::Back => self.nodes.back_mut(),
        };
        if let Some(node) = node
            && !policy.is_large(element.len())
            && node.accepts(element, policy)
        {
            let offset = if end == End::Front { 0 } else { node.len() };
            return node.insert(offset, element);
        }
        let node = Node::new(element, policy);
        match end {
            End::Front => self.nodes.push_front(node),
            End::Back => self.nodes.push_back(node),
        }
        self.compress_inner(policy);
    }

    /// Takes the element off an end.
    pub fn pop(&mut self, end: End, policy: Policy) -> Option<Vec<u8>> {
        let node = match end {
            End::Front => self.nodes.front_mut(),
            End::Back => self.nodes.back_mut(),
        }?;
        node.decompress();
        let offset = if end == End::Front { 0 } else { node.len() - 1 };
        let view = node.view();
        let element = view.get(view.seek(offset)?)?.to_bytes().into_owned();
        node.remove(offset, 1);
        self.len -= 1;
        if node.len() == 0 {
            match end {
                End::Front => self.nodes.pop_front(),
                End::Back => self.nodes.pop_back(),
            };
            self.compress_inner(policy);
        }
        Some(element)
    }

    /// Puts `element` in place of the one at `index`. False when there is none.
    pub fn set(&mut self, index: usize, element: &[u8], policy: Policy) -> bool {
        let Some((node, offset)) = self.locate(index) else {
            return false;
        };
        if self.nodes[node].replace(offset, element, policy) {
            self.compress_node(node, policy);
            return true;
        }
        if self.nodes[node].len() > 1 {
            self.nodes[node].remove(offset, 1);
            self.len -= 1;
            self.insert_at(node, offset, element, policy);
            return true;
        }
        // A large element gives way to one that needs no node of its own.
        self.nodes.remove(node);
        match self.nodes.get_mut(node) {
            Some(next) if next.accepts(element, policy) => next.insert(0, element),
            _ => self.nodes.insert(node, Node::new(element, policy)),
        }
        self.compress_inner(policy);
        self.compress_node(node, policy);
        true
    }

    /// Inserts `element` before or after the first one equal to `pivot`. False when there is none.
    pub fn insert(&mut self, pivot: &[u8], after: bool, element: &[u8], policy: Policy) -> bool {
        let found = self
            .nodes
            .iter()
            .enumerate()
            .find_map(|(node, content)| Some((node, content.view().position(pivot)?)));
        let Some((node, offset)) = found else {
            return false;
        };
        self.insert_at(node, offset + usize::from(after), element, policy);
        true
    }

    /// Removes up to `max` elements equal to `element`, beginning at an end, and returns how many.
    pub fn remove(&mut self, from: End, element: &[u8], max: usize, policy: Policy) -> usize {
        let mut removed = 0;
        let mut any_empty = false;
        let count = self.nodes.len();
        for step in 0..count {
            if removed == max {
                break;
            }
            let index = if from == End::Front { step } else { count - 1 - step };
            let node = &mut self.nodes[index];
            // A compressed node is only unpacked for good where there is something to remove.
            if node.view().position(element).is_none() {
                continue;
            }
            removed += node.remove_equal(element, max - removed, from);
            any_empty |= node.len() == 0;
            self.compress_node(index, policy);
        }
        self.len -= removed;
        if any_empty {
            self.nodes.retain(|node| node.len() > 0);
            self.compress_inner(policy);
        }
        removed
    }

    /// Removes `count` elements from an end.
    pub fn drop_elements(&mut self, end: End, count: usize, policy: Policy) {
        let mut left = count.min(self.len);
        self.len -= left;
        while left > 0 {
            let node = match end {
                End::Front => self.nodes.front_mut(),
                End::Back => self.nodes.back_mut(),
            };
            let Some(node) = node else { break };
            if node.len() > left {
                let offset = if end == End::Front { 0 } else { node.len() - left };
                node.remove(offset, left);
                break;
            }
            left -= node.len();
            match end {
                End::Front => self.nodes.pop_front(),
                End::Back => self.nodes.pop_back(),
            };
        }
        self.compress_inner(policy);
    }

    /// The node and the offset in it of the element at `index`. Walks over nodes, from the
    /// nearer end.
    pub fn locate(&self, index: usize) -> Option<(usize, usize)> {
        let mut from_end = self.len.checked_sub(index)?.checked_sub(1)?;
        let mut from_start = index;
        if from_start <= from_end {
            for (index, node) in self.nodes.iter().enumerate() {
                match from_start.checked_sub(node.len()) {
                    Some(rest) => from_start = rest,
                    None => return Some((index, from_start)),
                }
            }
        } else {
            for (index, node) in self.nodes.iter().enumerate().rev() {
                match from_end.checked_sub(node.len()) {
                    Some(rest) => from_end = rest,
                    None => return Some((index, node.len() - 1 - from_end)),
                }
            }
        }
        None
    }

    /// What `read` makes of the element at `index`.
    pub fn get<R>(&self, index: usize, read: impl FnOnce(Element<'_>) -> R) -> Option<R> {
        let (node, offset) = self.locate(index)?;
        let view = self.nodes[node].view();
        view.get(view.seek(offset)?).map(read)
    }

    /// The only node's listpack, taken out, where the whole list is one that a listpack within
    /// `policy` can hold.
    pub fn take_listpack(&mut self, policy: Policy) -> Option<Listpack> {
        if self.nodes.len() > 1 {
            return None;
        }
        let Some(node) = self.nodes.front() else {
            return Some(Listpack::new());
        };
        let View::Packed(listpack) = node.view() else { return None };
        if !policy.allows(listpack.byte_len(), listpack.len()) {
            return None;
        }
        self.nodes.pop_front()?.into_listpack()
    }

    /// Inserts an element before the one at `offset` of a node, or behind its last.
    fn insert_at(&mut self, node: usize, offset: usize, element: &[u8], policy: Policy) {
        self.len += 1;
        let large = policy.is_large(element.len());
        let accepts = |index: usize| {
            !large && self.nodes.get(index).is_some_and(|node| node.accepts(element, policy))
        };
        let behind = offset == self.nodes[node].len();
        if accepts(node) {
            self.nodes[node].insert(offset, element);
            self.compress_node(node, policy);
        } else if behind && accepts(node + 1) {
            self.nodes[node + 1].insert(0, element);
            self.compress_node(node + 1, policy);
        } else if offset == 0 && node > 0 && accepts(node - 1) {
            let end = self.nodes[node - 1].len();
            self.nodes[node - 1].insert(end, element);
            self.compress_node(node - 1, policy);
        } else {
            self.insert_between(node, offset, element, policy);
        }
    }

    /// Inserts an element before the one at `offset` of a node that cannot take it: as a node
    /// of its own or, where the node has to be split, as part of one half.
    fn insert_between(&mut self, node: usize, offset: usize, element: &[u8], policy: Policy) {
        let at = node + usize::from(offset > 0);
        let inside = offset > 0 && offset < self.nodes[node].len();
        if inside && let Some(tail) = self.nodes[node].split_off(offset) {
            self.nodes.insert(at, tail);
        }
        if inside && !policy.is_large(element.len()) && self.nodes[at].accepts(element, policy) {
            self.nodes[at].insert(0, element);
            // The halves join their neighbours where they can, or a list would fall apart with
            // every insertion.
            self.merge_with_next(at, policy);
            if node > 0 {
                self.merge_with_next(node - 1, policy);
            }
        } else {
            self.nodes.insert(at, Node::new(element, policy));
        }
        self.compress_inner(policy);
        for touched in at.saturating_sub(2)..=at + 1 {
            self.compress_node(touched, policy);
        }
    }

    /// Makes one node of this and the next, where that is not too large.
    fn merge_with_next(&mut self, node: usize, policy: Policy) -> bool {
        let (Some(first), Some(second)) = (self.nodes.get(node), self.nodes.get(node + 1)) else {
            return false;
        };
        if !first.accepts_all(second, policy) {
            return false;
        }
        if let Some(second) = self.nodes.remove(node + 1) {
            self.nodes[node].append(&second);
        }
        true
    }

    /// Compresses a node that has changed, if it is one of the inner ones.
    fn compress_node(&mut self, node: usize, policy: Policy) {
        let depth = policy.compress_depth;
        if depth > 0 && node >= depth && node.saturating_add(depth) < self.nodes.len() {
            self.nodes[node].compress();
        }
    }

    /// After nodes have come or gone: unpacks those that are outer ones now, and compresses
    /// the outermost of the inner ones. The others have been one of these before.
    fn compress_inner(&mut self, policy: Policy) {
        let depth = policy.compress_depth;
        if depth == 0 {
            return;
        }
        let count = self.nodes.len();
        for outer in 0..depth.min(count) {
            self.nodes[outer].decompress();
            self.nodes[count - 1 - outer].decompress();
        }
        if count > depth {
            self.compress_node(depth, policy);
            self.compress_node(count - 1 - depth, policy);
        }
    }
}
