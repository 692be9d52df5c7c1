//! The names that `LET` and `LAMBDA` give to something inside of a formula: where each of them can
//! be seen, and which of them a name means.
//!
//! A name of `LET` is seen by the values behind it and by the result, a parameter of `LAMBDA` by
//! the last argument; the innermost one counts, letter case aside. A name may look like a cell
//! (`LAMBDA(C1,C1*2)`). What a workbook defines is for [`crate::names`] to say.
//!
//! Walks with a stack of its own and touches each node once, however deep the formula is.

use std::collections::HashMap;

use crate::ast::{Formula, NodeId, NodeKind, NodeList};
use crate::functions::{FunctionId, LAMBDA, LET};
use crate::sort;
use crate::span::Span;

/// A name that `LET` or `LAMBDA` gives to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Where the name is given.
    pub name: NodeId,
    /// What it is given to: the value beside it in `LET`; `None` for a parameter of `LAMBDA`.
    pub value: Option<NodeId>,
    /// How often the formula means it.
    pub uses: u32,
    /// The binding of the same name around it, which it hides, by its place in
    /// [`Scopes::bindings`].
    pub hides: Option<usize>,
}

/// Every binding of a formula, and what each name in it means.
#[derive(Clone, Debug, Default)]
pub struct Scopes {
    bindings: Vec<Binding>,
    /// The nodes where a name is given, sorted.
    given: Vec<NodeId>,
    /// Names and calls that mean a binding, sorted, with the binding's place.
    uses: Vec<(NodeId, usize)>,
}

impl Scopes {
    /// The bindings of the formula, in linear time.
    #[must_use]
    pub fn of(formula: Formula<'_>) -> Self {
        let binds = formula.tree.nodes().iter().any(|node| binds(node.kind));
        if !binds {
            return Self::default();
        }
        let mut walk = Walk {
            formula,
            scopes: Self::default(),
            seen: Vec::new(),
            by_name: HashMap::new(),
            ahead: formula.tree.root().map(Step::Visit).into_iter().collect(),
        };
        while let Some(step) = walk.ahead.pop() {
            match step {
                Step::Visit(id) => walk.visit(id),
                Step::Bind { name, value } => walk.bind(name, value),
                Step::Leave { seen } => walk.leave(seen),
            }
        }
        let mut scopes = walk.scopes;
        scopes.given = scopes.bindings.iter().map(|binding| binding.name).collect();
        sort::by_key(&mut scopes.given, |name| name.0.into());
        sort::by_key(&mut scopes.uses, |(name, _)| name.0.into());
        scopes
    }

    /// Every binding, in the order in which they come into sight: those inside of a value before
    /// the name of the value.
    #[must_use]
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// The binding that the node means, which is a name, a call or what looks like a cell; `None`
    /// if no binding can be seen there that is called so.
    #[must_use]
    pub fn meaning(&self, id: NodeId) -> Option<&Binding> {
        let at = self.uses.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.bindings.get(self.uses.get(at)?.1)
    }

    /// Whether the node is the name of a binding, at the place where it is given.
    #[must_use]
    pub fn is_given_at(&self, id: NodeId) -> bool {
        self.given.binary_search(&id).is_ok()
    }
}

/// Whether the node is a call that gives names.
fn binds(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::Call {
            function: Some(LET | LAMBDA),
            ..
        }
    )
}

/// What is still to be done, the next step last.
#[derive(Clone, Copy)]
enum Step {
    Visit(NodeId),
    Bind {
        name: NodeId,
        value: Option<NodeId>,
    },
    /// Forgets the names seen beyond the first `seen`.
    Leave {
        seen: usize,
    },
}

struct Walk<'a> {
    formula: Formula<'a>,
    scopes: Scopes,
    /// The bindings that can be seen here, the innermost last, each with its name in lower case.
    seen: Vec<String>,
    /// The bindings of each name that can be seen here, the innermost last.
    by_name: HashMap<String, Vec<usize>>,
    ahead: Vec<Step>,
}

impl Walk<'_> {
    fn visit(&mut self, id: NodeId) {
        match self.formula.kind(id) {
            NodeKind::Call {
                function: Some(function @ (LET | LAMBDA)),
                arguments,
                ..
            } => {
                self.enter(function, arguments);
                return;
            }
            NodeKind::Call { name, .. } => self.look_up(id, name),
            NodeKind::Name => self.look_up(id, self.formula.span(id)),
            kind if looks_like_a_name(kind) => self.look_up(id, self.formula.span(id)),
            _ => {}
        }
        let first = self.ahead.len();
        self.formula
            .for_each_child(id, |child| self.ahead.push(Step::Visit(child)));
        if let Some(children) = self.ahead.get_mut(first..) {
            children.reverse();
        }
    }

    /// Plans what stands in a `LET` or a `LAMBDA`, the last of it first.
    fn enter(&mut self, function: FunctionId, arguments: NodeList) {
        let Some((result, names)) = self.formula.list(arguments).split_last() else {
            return;
        };
        let seen = self.seen.len();
        self.ahead.push(Step::Leave { seen });
        self.ahead.push(Step::Visit(*result));
        let each = if function == LET { 2 } else { 1 };
        for names in names.chunks(each).rev() {
            let value = names.get(1).copied();
            let name = names.first().copied();
            self.ahead
                .extend(name.map(|name| Step::Bind { name, value }));
            // A name is not seen by its own value.
            self.ahead.extend(value.map(Step::Visit));
        }
    }

    fn bind(&mut self, name: NodeId, value: Option<NodeId>) {
        let kind = self.formula.kind(name);
        if kind != NodeKind::Name && !looks_like_a_name(kind) {
            self.ahead.push(Step::Visit(name));
            return;
        }
        let folded = self.formula.written(name).to_lowercase();
        let place = self.scopes.bindings.len();
        let same = self.by_name.entry(folded.clone()).or_default();
        self.scopes.bindings.push(Binding {
            name,
            value,
            uses: 0,
            hides: same.last().copied(),
        });
        same.push(place);
        self.seen.push(folded);
    }

    fn leave(&mut self, seen: usize) {
        for name in self.seen.drain(seen..) {
            if let Some(same) = self.by_name.get_mut(&name) {
                same.pop();
            }
        }
    }

    fn look_up(&mut self, id: NodeId, name: Span) {
        if self.seen.is_empty() {
            return;
        }
        let folded = name.of(self.formula.source).to_lowercase();
        let Some(place) = self.by_name.get(&folded).and_then(|same| same.last()) else {
            return;
        };
        if let Some(binding) = self.scopes.bindings.get_mut(*place) {
            binding.uses += 1;
            self.scopes.uses.push((id, *place));
        }
    }
}

/// Whether a name can be written so although it reads as a cell: `C1`, but not `$C$1`.
fn looks_like_a_name(kind: NodeKind) -> bool {
    match kind {
        NodeKind::Reference(reference) => {
            let absolute = reference.first.column_absolute || reference.first.row_absolute;
            reference.sheet.is_none() && reference.last.is_none() && !absolute
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parser::{Locale, parse};

    /// Each binding as `name@offset`, how often it is used, and the offset of what it hides.
    #[track_caller]
    fn binds(source: &str, expected: &[(&str, u32, Option<u32>)]) {
        let tree = parse(source, Locale::default());
        let formula = Formula {
            source,
            tree: &tree,
        };
        let scopes = Scopes::of(formula);
        let start = |binding: &Binding| formula.span(binding.name).start;
        let found: Vec<_> = scopes
            .bindings()
            .iter()
            .map(|binding| {
                let hidden = binding.hides.and_then(|place| scopes.bindings().get(place));
                (
                    formula.written(binding.name),
                    binding.uses,
                    hidden.map(start),
                )
            })
            .collect();
        assert_eq!(found, expected, "{source}");
    }

    /// Where the binding is given that the name at `offset` means.
    fn meaning(source: &str, offset: u32) -> Option<u32> {
        let tree = parse(source, Locale::default());
        let formula = Formula {
            source,
            tree: &tree,
        };
        let scopes = Scopes::of(formula);
        let (id, _) = formula
            .nodes()
            .find(|(_, node)| node.span.start == offset)?;
        Some(formula.span(scopes.meaning(id)?.name).start)
    }

    #[test]
    fn values_behind_a_name_and_the_result_see_it() {
        binds("=LET(a,1,b,a+1,a*b)", &[("a", 2, None), ("b", 1, None)]);
        binds("=LET(a,a,2)", &[("a", 0, None)]);
        binds("=LET(a,1,2)+a", &[("a", 0, None)]);
    }

    #[test]
    fn the_last_argument_of_lambda_sees_its_parameters() {
        binds("=LAMBDA(x,y,x+X)(1,2)", &[("x", 2, None), ("y", 0, None)]);
        binds("=MAP(x,LAMBDA(x,x))", &[("x", 1, None)]);
    }

    #[test]
    fn a_name_can_be_called_and_can_look_like_a_cell() {
        binds(
            "=LET(f,LAMBDA(n,n),F(f(1)))",
            &[("n", 1, None), ("f", 2, None)],
        );
        binds("=LAMBDA(C1,c1*$C$1+C1:C2)(3)", &[("C1", 1, None)]);
    }

    #[test]
    fn the_innermost_name_counts_and_hides_the_others() {
        let source = "=LET(x,1,x+LET(x,2,x)+x)";
        binds(source, &[("x", 2, None), ("x", 1, Some(5))]);
        assert_eq!(meaning(source, 9), Some(5));
        assert_eq!(meaning(source, 19), Some(15));
        assert_eq!(meaning(source, 22), Some(5));
    }

    #[test]
    fn what_is_no_name_gives_none() {
        binds("=LET(1,a,2)", &[]);
        binds("=LAMBDA(\"x\",x)(1)", &[]);
        binds("=LET()+LAMBDA()+LET(a)", &[]);
        binds("=SUM(a,b)", &[]);
    }

    #[test]
    fn a_formula_of_bindings_alone_takes_linear_time() {
        let source = format!("=LET({}a)", "a,a,".repeat(40_000));
        let tree = parse(&source, Locale::default());
        let formula = Formula {
            source: &source,
            tree: &tree,
        };
        assert_eq!(Scopes::of(formula).bindings().len(), 40_000);
    }
}
